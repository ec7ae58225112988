# The statistics of one set of changes. p-values come from exactRankTests and coin, which have to
# agree; estimates and intervals from base R on Walsh averages, since wilcox.exact's are wrong
# with ties. Of many pairs p-values come from coin's normal approximation and base R's.

# The bound of the Python program, since which of the two is used has to be the same.
APPROXIMATE_ABOVE <- 200

walsh_averages <- function(d) {
  means <- outer(d, d, "+") / 2
  sort(means[lower.tri(means, diag = TRUE)])
}

estimate_hl <- function(d, confidence) {
  n <- length(d)
  if (!n) return(c())
  w <- walsh_averages(d)
  bounded <- function(values) values[abs(values) < BEYOND_SCALES]
  estimate <- bounded(c(hl = median(w)))
  if (n > APPROXIMATE_ABOVE) {
    centre <- n * (n + 1) / 4
    spread <- sqrt(centre * (2 * n + 1) / 6)
    k <- floor(qnorm((1 - confidence) / 2, centre, spread) - 0.5) + 1
    level <- 1 - 2 * pnorm(k - 0.5, centre, spread)
  } else {
    k <- max(1, qsignrank((1 - confidence) / 2, n))
    level <- 1 - 2 * psignrank(k - 1, n)
  }
  if (level < confidence) return(estimate)
  c(estimate, bounded(c(hl_low = w[k], hl_high = w[length(w) + 1 - k])), hl_level = level)
}

test_signed_rank <- function(d, zeros, alpha) {
  n <- sum(d != 0)
  base <- c(n_nonzero = n, p_min = min(1, 2^(1 - n)))
  if (!n) return(c(base, p_value = 1, mid_p = 1))
  rule <- if (zeros == "pratt") "Pratt" else "Wilcoxon"
  used <- if (rule == "Pratt") d else d[d != 0]
  # Twice the mid-ranks, which are whole.
  ranks <- (2 * rank(abs(used)))[used != 0]
  compute <- if (n > APPROXIMATE_ABOVE) approximate_signed_rank else enumerate_signed_rank
  result <- compute(d, rule, ranks, alpha)
  if (rule == "Wilcoxon" && abs(result$p - result$other) > 1e-10) {
    stop("two packages disagree on p: ", result$p, " and ", result$other)
  }
  c(base, p_value = result$p, mid_p = result$mid_p,
    if (length(result$rejecting)) c(p_largest_rejecting = max(result$rejecting)))
}

enumerate_signed_rank <- function(d, rule, ranks, alpha) {
  test <- coin::wilcoxsign_test(d ~ rep(0, length(d)), distribution = "exact", zero.method = rule)
  p <- as.numeric(coin::pvalue(test))
  sums <- 0:sum(ranks)
  chance <- exactRankTests::dperm(sums, ranks, length(ranks), paired = TRUE)
  seen <- sum(ranks[d[d != 0] > 0])
  tails <- 2 * cumsum(chance)[chance > 0 & sums < sum(ranks) / 2]
  list(
    p = p,
    other = exactRankTests::wilcox.exact(d[d != 0], exact = TRUE)$p.value,
    mid_p = if (2 * seen == sum(ranks)) 1 else p - chance[seen + 1],
    rejecting = tails[tails <= alpha + 1e-12]
  )
}

# The variance is corrected for ties, and p for continuity, which mid-p leaves out.
approximate_signed_rank <- function(d, rule, ranks, alpha) {
  test <- coin::wilcoxsign_test(d ~ rep(0, length(d)), distribution = "asymptotic",
    zero.method = rule)
  spread <- sqrt(as.numeric(coin::variance(test)))
  centre <- sum(ranks) / 4
  tail_up_to <- function(sum) min(1, 2 * pnorm((sum + 0.5 - centre) / spread))
  p <- tail_up_to(centre - abs(as.numeric(coin::statistic(test))) * spread)
  # Sums of ranks are multiples of the greatest common divisor.
  unit <- Reduce(function(a, b) { while (b) { rest <- a %% b; a <- b; b <- rest }; a }, ranks) / 2
  furthest <- floor((qnorm(alpha / 2, centre, spread) - 0.5) / unit) * unit
  list(
    p = p,
    # R does not cap p where the correction goes beyond the centre.
    other = if (p < 1) wilcox.test(d[d != 0], exact = FALSE, correct = TRUE)$p.value else 1,
    mid_p = as.numeric(coin::pvalue(test)),
    rejecting = if (furthest >= 0) tail_up_to(furthest)
  )
}

rank_biserial <- function(d, zeros) {
  used <- if (zeros == "pratt") d else d[d != 0]
  ranks <- rank(abs(used)) * sign(used)
  if (any(ranks != 0)) c(rank_biserial = sum(ranks) / sum(abs(ranks))) else c()
}

# Hedges' factor, exact.
shrink <- function(df) exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)

varies <- function(d) length(d) > 1 && diff(range(d)) > 1e-12 * max(abs(d))

mean_interval <- function(d, confidence) {
  if (!varies(d)) return(c())
  limits <- t.test(d, conf.level = confidence)$conf.int
  c(mean_change_low = limits[1], mean_change_high = limits[2])
}

standardised_mean <- function(d, confidence) {
  if (!varies(d)) return(c())
  n <- length(d)
  t <- mean(d) / sd(d) * sqrt(n)
  reach <- 10 + 5 * abs(t)
  solve <- function(p) {
    f <- function(ncp) suppressWarnings(pt(t, n - 1, ncp)) - p
    uniroot(f, c(max(-37, t - reach), min(37, t + reach)), tol = 1e-13, maxiter = 10000)$root
  }
  c(
    d_z = mean(d) / sd(d),
    d_z_low = solve((1 + confidence) / 2) / sqrt(n),
    d_z_high = solve((1 - confidence) / 2) / sqrt(n)
  )
}

g_average <- function(before, after) {
  n <- length(before)
  if (n < 3 || sd(before) == 0 || sd(after) == 0) return(c())
  factor <- shrink(2 * (n - 1) / (1 + cor(before, after)^2))
  c(g_av = factor * mean(after - before) / sqrt((var(before) + var(after)) / 2))
}

describe <- function(x, names) {
  values <- c(
    if (length(x)) mean(x) else NA,
    if (length(x) > 1) sd(x) else NA,
    if (length(x)) median(x) else NA
  )
  setNames(values, names)
}

# Improved and worse only where a measurement error is known.
count_directions <- function(change, improvement, outcome) {
  named <- outcome$direction != 0 && !is.na(outcome$error)
  x <- if (named) improvement else change
  names <- if (named) c("n_worse", "n_improved") else c("n_decreased", "n_increased")
  setNames(c(sum(x < 0, na.rm = TRUE), sum(x == 0, na.rm = TRUE), sum(x > 0, na.rm = TRUE)),
    c(names[1], "n_unchanged", names[2]))
}

# The chance that noise alone reaches a limit, on the grid of the score.
reach_by_noise <- function(limit, error, step) {
  if (!is.na(step)) limit <- (ceiling(limit / step - 1e-9) - 0.5) * step
  pnorm(limit, sd = sqrt(2) * error, lower.tail = FALSE)
}

compare_threshold <- function(improvement, same_assessor, outcome) {
  if (is.na(outcome$threshold)) return(c())
  reached <- c(n_reached_mid = sum(improvement >= outcome$threshold - 1e-9))
  if (is.na(outcome$error)) return(reached)
  error <- rep(outcome$error, length(improvement))
  if (!is.na(outcome$between)) error[!same_assessor] <- outcome$between
  share <- reach_by_noise(outcome$threshold, error, outcome$step)
  limit <- 1.96 * sqrt(2) * error
  c(reached,
    noise_share = if (length(share)) mean(share) else NA,
    expected_by_noise = sum(share),
    n_beyond_better = sum(improvement > limit),
    n_beyond_worse = sum(-improvement > limit),
    beyond_by_noise = sum(2 * reach_by_noise(limit, error, outcome$step))
  )
}

shapiro_w <- function(d) {
  if (length(d) < 3 || !varies(d)) c() else c(shapiro_w = unname(shapiro.test(d)$statistic))
}
