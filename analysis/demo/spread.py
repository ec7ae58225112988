"""Share a total out among items, so that the items add up to it exactly."""

import numpy as np


def spread_total(total, highest, offsets):
    """Share totals out among items of 0 to `highest`.

    Every item consists of `highest` steps; the steps that come first are taken until the total
    is used up. An item with a low offset is affected early. With the same offsets at two
    visits, a lower total lowers items and raises none.

    Parameters
    ----------
    total : numpy.ndarray of int, (n,)
        0 to items x highest.
    highest : int
    offsets : numpy.ndarray of float, (n, items)
        How late an item is affected, in units of the item's whole range.

    Returns
    -------
    numpy.ndarray of int, (n, items)
    """
    size, items = offsets.shape
    steps = (np.arange(highest) + 0.5) / highest
    order = (offsets[:, :, None] + steps).reshape(size, items * highest)
    rank = np.empty_like(order, dtype="int64")
    np.put_along_axis(
        rank, np.argsort(order, axis=1, kind="stable"), np.arange(items * highest)[None, :], axis=1
    )
    return (rank < np.asarray(total)[:, None]).reshape(size, items, highest).sum(axis=2)


def dither(means, places):
    """Round means to integers so that they are kept over all places.

    Parameters
    ----------
    means : numpy.ndarray of float, (n,)
    places : numpy.ndarray of float, (n, k)
        For every participant a permutation of (0.5, 1.5, ... k - 0.5) / k.

    Returns
    -------
    numpy.ndarray of int, (n, k)
        Floor or ceiling of the mean; their average differs from it by at most 0.5 / k.
    """
    return np.floor(means[:, None] + places).astype("int64")
