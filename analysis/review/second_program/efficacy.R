# The second program: every efficacy result once more, in R, from the scores (hand mRSS and the
# pairs of the SHAQ from their items). It shares no code with the Python program; the results are
# compared by id.
#
#   Rscript --vanilla efficacy.R STUDY.YML PROCESSED POPULATION VISIT OUTPUT.CSV
#
# Ends with 3 where a package is not installed.

for (package in c("coin", "exactRankTests")) {
  if (!requireNamespace(package, quietly = TRUE)) {
    message("R package ", package, " is not installed")
    quit(status = 3)
  }
}

arguments <- commandArgs()
here <- dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1]))
for (part in c("inputs.R", "statistics.R", "family.R")) source(file.path(here, part))
given <- commandArgs(trailingOnly = TRUE)
names(given) <- c("study", "folder", "population", "visit", "output")

results <- c()
keep <- function(prefix, values) {
  values <- values[!is.na(values)]
  if (length(values)) names(values) <- paste0("efficacy.", prefix, names(values))
  results <<- c(results, values)
}

summarise <- function(pairs, outcome, plan) {
  d <- round(pairs$change, outcome$decimals)
  better <- round(pairs$improvement, outcome$decimals)
  c(
    n_pairs = nrow(pairs),
    describe(pairs$baseline, c("baseline_mean", "baseline_sd", "baseline_median")),
    describe(pairs$followup, c("followup_mean", "followup_sd", "followup_median")),
    describe(d, c("mean_change", "sd_change", "median_change"))[1:2],
    mean_interval(d, plan$confidence),
    estimate_hl(d, plan$confidence),
    test_signed_rank(d, plan$zeros, plan$alpha),
    rank_biserial(d, plan$zeros),
    standardised_mean(d, plan$confidence),
    g_average(pairs$baseline, pairs$followup),
    count_directions(d, better, outcome$direction),
    compare_threshold(better, outcome),
    shapiro_w(d)
  )
}

SUPPORTIVE <- c(
  "n_pairs", "baseline_mean", "baseline_sd", "followup_mean", "followup_sd", "mean_change",
  "sd_change", "hl", "hl_low", "hl_high", "hl_level", "p_value", "p_min", "n_nonzero",
  "n_improved", "n_unchanged", "n_worse", "n_decreased", "n_increased"
)

keep_beside <- function(pairs, name, outcome, plan) {
  if (!nrow(pairs)) return()
  values <- summarise(pairs, outcome, plan)
  keep(paste0(outcome$name, ".", name, "."), values[names(values) %in% SUPPORTIVE])
}

# The mean score per treated hand, where somebody had one hand treated only.
average_treated <- function(pairs, treated, outcome) {
  hands <- pairs[pairs$variant == "primary" & pairs$component %in% c("right", "left"), ]
  which_hands <- treated[hands$participant_id]
  if (!outcome$of_hands || !nrow(hands) || all(which_hands == "both")) return(hands[0, ])
  hands <- hands[which_hands == "both" | which_hands == hands$component, ]
  needed <- ifelse(treated[hands$participant_id] == "both", 2, 1)
  hands <- hands[ave(needed, hands$participant_id, FUN = length) == needed, ]
  aggregate(hands[c("baseline", "followup", "change", "improvement")], hands["participant_id"], mean)
}

describe_visits <- function(scores, pairs, outcome, visits) {
  for (visit in visits) {
    prefix <- paste0(outcome$name, ".", visit, ".")
    x <- scores$score[scores$visit == visit & !is.na(scores$score)]
    if (length(x)) {
      keep(prefix, c(n_scores = length(x), describe(x, c("mean", "sd", "median")),
        minimum = min(x), maximum = max(x)))
    }
    d <- round(pairs$change[pairs$visit == visit], outcome$decimals)
    if (length(d)) {
      keep(prefix, c(n_pairs = length(d), describe(d, c("mean_change", "sd_change", "median_change"))))
    }
  }
}

place_among_placebo <- function(change, bench, confidence) {
  n <- length(change)
  if (!n) return(c())
  scale <- bench$sd * sqrt(1 / n + 1 / bench$n)
  reach <- qt((1 + confidence) / 2, bench$n - 1) * scale
  c(placebo_low = bench$mean - reach, placebo_high = bench$mean + reach,
    placebo_position = pt((mean(change) - bench$mean) / scale, bench$n - 1))
}

plan <- read_plan(given[["study"]])
people <- read_table(given[["folder"]], "participants")
members <- people$participant_id[people[[paste0("in_", given[["population"]])]] %in% "yes"]
treated <- setNames(people$treated_hands, people$participant_id)
items <- read_table(given[["folder"]], "items")
scores <- score_hand_skin(items, read_table(given[["folder"]], "scores"))
paired <- read_table(given[["folder"]], "pairs")
shaq <- pair_shaq(items, plan$shaq, plan$baseline, unique(paired$visit))
pairs <- make_pairs(scores, paired, shaq, plan$baseline, plan$outcomes)
scores <- scores[scores$participant_id %in% members, ]
pairs <- pairs[pairs$participant_id %in% members, ]

p <- p_min <- c()
for (outcome in plan$outcomes) {
  all_visits <- pairs[pairs$outcome == outcome$name, ]
  own <- all_visits[all_visits$visit == given[["visit"]], ]
  total <- own[own$variant == "primary" & own$component == "total", ]
  values <- summarise(total, outcome, plan)
  keep(paste0(outcome$name, "."), values)
  p[outcome$name] <- values["p_value"]
  p_min[outcome$name] <- values["p_min"]
  if (outcome$name == plan$benchmark$outcome) {
    change <- round(total$change, outcome$decimals)
    keep(paste0(outcome$name, "."), place_among_placebo(change, plan$benchmark, plan$confidence))
  }
  for (variant in outcome$variants) {
    keep_beside(own[own$variant == variant & own$component == "total", ], variant, outcome, plan)
  }
  for (part in outcome$components) {
    keep_beside(own[own$variant == "primary" & own$component == part, ], part, outcome, plan)
  }
  keep_beside(average_treated(own, treated, outcome), "treated_hands", outcome, plan)
  primary <- function(table) table[table$outcome == outcome$name & table$variant == "primary" &
    table$component == "total", ]
  describe_visits(primary(scores), primary(pairs), outcome, plan$visits)
}

directed <- Filter(function(o) o$direction != 0, plan$outcomes)
keep("", c(
  decide_in_sequence(p, plan$alpha),
  adjust_by_holm(p, p_min),
  adjust_by_max_t(change_matrix(pairs, plan$outcomes, given[["visit"]], "change")),
  test_globally(change_matrix(pairs, directed, given[["visit"]], "improvement"))
))

table <- data.frame(result_id = names(results), value = sprintf("%.17g", results))
write.csv(table[order(table$result_id), ], given[["output"]], row.names = FALSE, quote = FALSE)
