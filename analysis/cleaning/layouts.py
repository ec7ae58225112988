"""The columns that every diary and every readers' sheet has, whatever a site adds to them."""

from analysis.cleaning.schema import make_key

DIARY_FILE, READINGS_FILE = "raynaud_diary.csv", "capillaroscopy.csv"

DIARY_KEYS = (
    make_key("record_id", DIARY_FILE, "notes"),
    make_key("entry_date", DIARY_FILE, "date"),
    make_key("entry_time", DIARY_FILE, "time"),
)
READING_KEYS = (
    make_key("record_id", READINGS_FILE, "notes"),
    make_key("event", READINGS_FILE, "notes"),
    make_key("image_id", READINGS_FILE, "notes"),
    make_key("reader", READINGS_FILE, "text"),
    make_key("hand", READINGS_FILE, "choice", choices=(("R", "Right"), ("L", "Left"))),
    make_key("finger", READINGS_FILE, "integer", low=1, high=5),
    make_key("field", READINGS_FILE, "integer", low=1, high=99),
)
