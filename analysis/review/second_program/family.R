# All outcomes together: fixed sequence, Holm, max-T and the global test.

# All patterns of signs are gone through up to so many participants.
MOST_ENUMERATED <- 20

all_signs <- function(n) as.matrix(expand.grid(rep(list(c(1, -1)), n)))

change_matrix <- function(pairs, outcomes, visit, column) {
  people <- sort(unique(pairs$participant_id))
  values <- vapply(outcomes, function(o) {
    own <- pairs[pairs$outcome == o$name & pairs$variant == "primary" &
      pairs$component == "total" & pairs$visit == visit, ]
    round(own[[column]][match(people, own$participant_id)], o$decimals)
  }, numeric(length(people)))
  values <- matrix(values, nrow = length(people), dimnames = list(people, names(outcomes)))
  values[rowSums(!is.na(values)) > 0, , drop = FALSE]
}

decide_in_sequence <- function(p, alpha) {
  stops <- which(is.na(p) | p > alpha)
  end <- if (length(stops)) stops[1] else length(p) + 1
  c(
    setNames(seq_along(p), paste0(names(p), ".fixed_sequence")),
    if (length(stops)) c(fixed_sequence.stopped_at = unname(end)),
    fixed_sequence.n_tested = min(end, length(p))
  )
}

adjust_by_holm <- function(p, p_min) {
  c(
    setNames(p.adjust(p, "holm"), paste0(names(p), ".holm_p")),
    holm.floor = min(1, length(p) * min(p_min))
  )
}

adjust_by_max_t <- function(changes) {
  present <- !is.na(changes)
  filled <- ifelse(present, changes, 0)
  smallest <- pmin(1, 2^(1 - colSums(present & filled != 0)))
  smallest <- setNames(smallest, paste0(colnames(changes), ".max_t_p_min"))
  if (nrow(changes) > MOST_ENUMERATED) return(smallest)
  spread <- sqrt(colSums(filled^2))
  unit <- sweep(filled, 2, ifelse(spread > 0, spread, 1), "/")
  largest <- apply(abs(all_signs(nrow(unit)) %*% unit), 1, max)
  adjusted <- vapply(abs(colSums(unit)), function(u) mean(largest >= u - 1e-12), 0)
  c(smallest, setNames(adjusted, paste0(colnames(changes), ".max_t_p")))
}

test_globally <- function(improvements) {
  if (nrow(improvements) > MOST_ENUMERATED) return(c())
  n_outcomes <- c(global_test.n_outcomes = ncol(improvements))
  if (!nrow(improvements)) return(n_outcomes)
  present <- !is.na(improvements)
  filled <- ifelse(present, improvements, 0)
  size <- sqrt(colSums(filled^2) / pmax(1, colSums(present)))
  standard <- sweep(filled, 2, ifelse(size > 0, size, 1), "/")
  sums <- round(rowSums(standard), 12)
  flipped <- abs(all_signs(length(sums)) %*% sums)
  c(n_outcomes,
    global_test.p_value = mean(flipped >= abs(sum(sums)) - 1e-12 * sum(abs(sums))),
    global_test.p_min = min(1, 2^(1 - sum(sums != 0))),
    global_test.mean_improvement = sum(standard) / sum(present)
  )
}
