# What the second program reads: the plan from study.yml, the tables from data/processed.
# Base R has no YAML; the few lines needed are found by their indentation.

read_plan <- function(file) {
  lines <- readLines(file, encoding = "UTF-8")
  block <- function(name) {
    start <- which(lines == paste0(name, ":"))
    after <- which(grepl("^[a-z]", lines) & seq_along(lines) > start)
    own <- lines[(start + 1):(if (length(after)) after[1] - 1 else length(lines))]
    own[!grepl("^ *#", own)]
  }
  setting <- function(own, name) field(own, paste0("  ", name), "value")
  rules <- block("analysis")
  scoring <- block("scoring")
  bench <- block("placebo_benchmark")
  direct <- function(name) sub(".*: *", "", grep(paste0("^  ", name, ":"), bench, value = TRUE))
  list(
    alpha = as.numeric(setting(rules, "alpha")),
    confidence = as.numeric(setting(rules, "confidence")),
    zeros = setting(rules, "zeros"),
    baseline = setting(rules, "baseline_visit"),
    visits = read_visits(block("visits")),
    composite = sub(".*name: *([a-z_0-9]+).*", "\\1",
      grep("strategy: *composite", block("intercurrent_events"), value = TRUE)),
    outcomes = read_outcomes(block("outcomes")),
    shaq = lapply(
      c(categories = "haq_min_categories", scales = "shaq_min_scales", line = "shaq_line_mm"),
      function(name) as.numeric(setting(scoring, name))
    ),
    benchmark = list(
      outcome = direct("outcome"), mean = as.numeric(direct("mean_change")),
      sd = as.numeric(direct("sd_change")), n = as.numeric(direct("n"))
    )
  )
}

# Name, planned day and last day of each visit; NA where it has none.
read_visits <- function(own) {
  lines <- grep("name:", own, value = TRUE)
  number <- function(key) {
    suppressWarnings(as.numeric(sub(paste0(".*[{ ]", key, ": *([-0-9a-z]+).*"), "\\1", lines)))
  }
  data.frame(name = sub(".*name: *([a-z_0-9]+).*", "\\1", lines),
    day = number("day"), high = number("high"))
}

read_outcomes <- function(own) {
  starts <- grep("^  - name:", own)
  ends <- c(starts[-1] - 1, length(own))
  outcomes <- lapply(seq_along(starts), function(i) {
    one <- own[starts[i]:ends[i]]
    value <- function(name) {
      sub("^[ -]*[a-z_]+: *", "", grep(paste0("^[ -]*", name, ":"), one, value = TRUE)[1])
    }
    threshold <- one[grepl("^    threshold:", one)]
    number <- function(name) suppressWarnings(as.numeric(field(threshold, "    threshold", name)))
    list(
      name = value("name"),
      direction = c(higher = 1, lower = -1, none = 0)[[value("better")]],
      decimals = as.numeric(value("difference_decimals")),
      of_hands = value("of_hands") == "true",
      variants = setdiff(inner_names(value("variants")), "primary"),
      components = inner_names(value("components")),
      threshold = number("value"), error = number("measurement_error"),
      between = number("measurement_error_between"), step = number("score_step")
    )
  })
  setNames(outcomes, vapply(outcomes, function(o) o$name, ""))
}

# The value of one key in a line such as "  alpha: {value: 0.05, source: assumed}".
field <- function(own, start, key) {
  line <- own[startsWith(own, paste0(start, ":"))]
  found <- regmatches(line, regexpr(paste0("[{ ]", key, ": *(\"[^\"]*\"|[^,}]*)"), line))
  if (length(found)) gsub("^.*?: *|\"", "", found, perl = TRUE) else NA
}

# "{primary: a, other: b}" gives primary, other; "[a, b]" gives a, b.
inner_names <- function(text) {
  parts <- trimws(strsplit(gsub("[][{}]", "", text), ",")[[1]])
  sub(":.*", "", parts[parts != ""])
}

read_table <- function(folder, name) {
  file <- file.path(folder, paste0(name, ".csv"))
  table <- read.csv(file, colClasses = "character", na.strings = "", encoding = "UTF-8")
  for (column in intersect(names(table), c("score", "value", "baseline", "followup", "improvement"))) {
    table[[column]] <- as.numeric(table[[column]])
  }
  table
}

# Hand mRSS from the items on: dorsum and fingers of both hands, 0 to 3 each, all four needed.
score_hand_skin <- function(items, scores) {
  sites <- items[items$instrument == "mrss" & items$item %in% c("hand_dorsum", "fingers") &
    items$location %in% c("right", "left"), ]
  own <- scores$outcome == "hand_mrss" & scores$variant == "primary" & scores$component == "total"
  for (row in which(own)) {
    here <- sites$participant_id == scores$participant_id[row] & sites$visit == scores$visit[row]
    values <- sites$value[here]
    scores$score[row] <- if (length(values) == 4 && !anyNA(values)) sum(values) else NA
  }
  scores
}

# The parts of the SHAQ at a visit: the index, 8 categories of the HAQ and 5 scales, 0 to 3 each,
# NA where not recorded. A category is its highest item; aids or help raise 0 or 1 to 2.
SUPPORTS <- c(dress = "dressing", arise = "arising", eat = "eating", walk = "walking",
  hygiene = "hygiene", reach = "reach", grip = "grip", activity = "activities")
SCALES <- paste0("vas_", c("raynaud", "ulcers", "intestinal", "breathing", "overall"))

list_shaq_parts <- function(here, rule, aids) {
  value <- setNames(here$value, here$item)
  categories <- vapply(names(SUPPORTS), function(name) {
    items <- value[grepl(paste0("^", name, "_[0-9]$"), names(value))]
    if (!any(!is.na(items))) return(NA_real_)
    worst <- max(items, na.rm = TRUE)
    boxes <- value[paste0(c(if (name != "activity") "aid_", "help_"), SUPPORTS[[name]])]
    if (!aids || worst >= 2) worst else if (any(boxes %in% 1)) 2 else if (anyNA(boxes)) NA else worst
  }, 0)
  line <- if (is.na(value["line_length"])) rule$line else value["line_length"]
  answered <- sum(!is.na(categories))
  index <- if (answered >= rule$categories) sum(categories, na.rm = TRUE) / answered else NA
  list(index = index, categories = categories, scales = 3 * value[SCALES] / line)
}

# Pairs of the SHAQ from the categories and scales that both visits have.
pair_shaq <- function(items, rule, baseline, visits) {
  items <- items[items$instrument %in% c("haq", "shaq"), ]
  rows <- list()
  for (variant in c("primary", "without_aids", "mean_of_six")) for (visit in visits) {
    for (person in intersect(items$participant_id[items$visit == baseline],
        items$participant_id[items$visit == visit])) {
      both <- lapply(c(baseline, visit), function(at) {
        here <- items[items$participant_id == person & items$visit == at, ]
        list_shaq_parts(here, rule, variant != "without_aids")
      })
      first <- if (variant == "mean_of_six") "index" else "categories"
      body <- lapply(both, function(parts) parts[[first]])
      scales <- lapply(both, function(parts) parts$scales)
      shared <- function(two) !is.na(two[[1]]) & !is.na(two[[2]])
      least <- if (variant == "mean_of_six") 1 else rule$categories
      if (sum(shared(body)) < least || sum(shared(scales)) < rule$scales) next
      means <- vapply(1:2, function(i) mean(c(body[[i]][shared(body)], scales[[i]][shared(scales)])), 0)
      rows[[length(rows) + 1]] <- data.frame(participant_id = person, outcome = "shaq",
        variant = variant, component = "total", baseline = means[1], visit = visit,
        followup = means[2])
    }
  }
  do.call(rbind, rows)
}

# Pairs of both visits, made anew from the scores. Means over the fingers or fields that both
# visits share cannot be had from the scores of single visits: these are taken as they are, but
# for those of the SHAQ (`shaq`), which are made anew from its items.
make_pairs <- function(scores, given, shaq, baseline, outcomes) {
  key <- c("participant_id", "outcome", "variant", "component")
  scores <- scores[!is.na(scores$score), ]
  before <- scores[scores$visit == baseline, c(key, "score")]
  after <- scores[scores$visit != baseline, c(key, "visit", "score")]
  names(before)[5] <- "baseline"
  names(after)[6] <- "followup"
  pairs <- merge(before, after, by = key)
  matched <- given[given$rule != "both_visits", ]
  spec <- function(table) do.call(paste, table[c("outcome", "variant", "component")])
  pairs <- pairs[!(spec(pairs) %in% spec(matched)), ]
  matched <- rbind(matched[matched$outcome != "shaq", names(pairs)], shaq[names(pairs)])
  pairs <- rbind(pairs, matched)
  # A pair before the procedure is none; the table of pairs says which visits count.
  pairs <- pairs[pairs$visit %in% given$visit, ]
  pairs$change <- pairs$followup - pairs$baseline
  direction <- vapply(outcomes, function(o) o$direction, 0)[pairs$outcome]
  pairs$improvement <- ifelse(direction == 0, NA, direction * pairs$change)
  # The direction of a component is no part of the plan: it is read off the table of pairs.
  part <- which(pairs$component != "total")
  if (length(part)) {
    full <- c(key, "visit")
    there <- match(do.call(paste, pairs[part, full]), do.call(paste, given[full]))
    pairs$improvement[part] <- given$improvement[there]
  }
  pairs[order(pairs$participant_id), ]
}

# A death before a follow-up, of somebody with a score at baseline, has the worst rank: a change
# so far off that it is no number of points.
WORST_RANK <- 1e9
BEYOND_SCALES <- 1e6

list_deaths <- function(pairs, scores, events, plan) {
  died <- events[events$event == "death" & "death" %in% plan$composite, ]
  if (!nrow(died)) return(NULL)
  earliest <- function(d) if (all(is.na(d))) NA_real_ else min(d, na.rm = TRUE)
  day <- tapply(as.numeric(died$study_day), died$participant_id, earliest)
  direction <- vapply(plan$outcomes, function(o) o$direction, 0)
  base <- scores[scores$participant_id %in% names(day) & scores$visit == plan$baseline &
    scores$component == "total" & !is.na(scores$score) & scores$outcome %in% names(direction), ]
  base <- base[direction[base$outcome] != 0, ]
  start <- plan$visits$day[plan$visits$name == plan$baseline]
  key <- c("participant_id", "outcome", "variant", "component")
  rows <- lapply(which(plan$visits$day > start & !is.na(plan$visits$high)), function(i) {
    before <- is.na(day[base$participant_id]) | day[base$participant_id] <= plan$visits$high[i]
    dead <- base[before, ]
    seen <- pairs[pairs$visit == plan$visits$name[i], ]
    dead <- dead[!(do.call(paste, dead[key]) %in% do.call(paste, seen[key])), ]
    if (!nrow(dead)) return(NULL)
    data.frame(dead[key], baseline = dead$score, visit = plan$visits$name[i], followup = NA,
      change = -WORST_RANK * direction[dead$outcome], improvement = -WORST_RANK, died = TRUE,
      same_assessor = FALSE)
  })
  do.call(rbind, rows)
}

# Whether both visits of a pair name the same assessor.
find_same_assessor <- function(pairs, visits, baseline) {
  at <- function(visit) {
    visits$assessor[match(paste(pairs$participant_id, visit), paste(visits$participant_id, visits$visit))]
  }
  (at(baseline) == at(pairs$visit)) %in% TRUE
}
