//! Kinds of follow-ups over one small database: what is made of the query before without a model, and what is left to it.

use sqllama::ask::follow;
use sqllama::db::{Database, ValueIndex, ValueLimits};
use sqllama::prompt::Turn;
use sqllama::schema::Schema;
use sqllama::signal::Cancel;

const SQL: &str = "
    CREATE TABLE member (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, plan TEXT NOT NULL, joined DATE, age INTEGER, email TEXT);
    CREATE TABLE class (id INTEGER PRIMARY KEY, title TEXT NOT NULL, capacity INTEGER NOT NULL, trainer_id INTEGER REFERENCES trainer(id));
    CREATE TABLE trainer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL, years INTEGER NOT NULL, rate REAL NOT NULL, on_leave INTEGER NOT NULL);
    CREATE TABLE booking (id INTEGER PRIMARY KEY, member_id INTEGER NOT NULL REFERENCES member(id), class_id INTEGER NOT NULL REFERENCES class(id), booked_on DATE NOT NULL, status TEXT NOT NULL);
    WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 40)
    INSERT INTO member SELECT i, 'Member ' || i, iif(i % 2, 'Berlin', 'Rome'), iif(i % 3, 'basic', 'premium'), date('2021-01-01', (i * 20) || ' days'), 20 + i % 30, iif(i % 4, 'm' || i || '@example.org', NULL) FROM r;
    INSERT INTO trainer VALUES (1, 'Sara', 'Germany', 12, 40.5, 0), (2, 'Tim', 'France', 3, 30, 1), (3, 'Uma', 'Spain', 7, 55, 0);
    INSERT INTO class VALUES (1, 'Yoga', 12, 1), (2, 'Boxing', 20, 2), (3, 'Pilates', 15, 1);
    WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 90)
    INSERT INTO booking SELECT i, 1 + i % 30, 1 + i % 3, date('2022-01-01', (i * 7) || ' days'), iif(i % 5, 'attended', 'cancelled') FROM r;";

struct Ground {
    schema: Schema,
    values: ValueIndex,
    _folder: tempfile::TempDir,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gym.sqlite");
        rusqlite::Connection::open(&path).unwrap().execute_batch(SQL).unwrap();
        let database = Database::open(&path).unwrap();
        let schema = database.schema(&Cancel::new()).unwrap();
        let values = ValueIndex::build(&database, &schema, &ValueLimits::default(), &Cancel::new()).unwrap();
        Self { schema, values, _folder: folder }
    }

    /// What each follow-up makes of `sql`; nothing is left to the model.
    #[track_caller]
    fn check(&self, sql: &str, follow_ups: &[(&str, &str)]) {
        for (question, expected) in follow_ups {
            let turn = Turn { question: "Which?".into(), sql: sql.into() };
            let made = follow(&self.schema, Some(&self.values), &turn, question).map(|followed| followed.sql).unwrap_or_default();
            assert_eq!(made, *expected, "{question} after {sql}");
        }
    }
}

#[test]
fn what_a_star_shows_is_shown() {
    let ground = Ground::new();
    ground.check(
        "SELECT * FROM class",
        &[
            ("also show the capacity", "SELECT * FROM class"),
            ("with the trainer's name", "SELECT class.*, trainer.name FROM class LEFT JOIN trainer ON trainer.id = class.trainer_id"),
            ("biggest first", "SELECT * FROM class ORDER BY capacity DESC"),
            ("alphabetically", "SELECT * FROM class ORDER BY title"),
        ],
    );
    ground.check("SELECT title, capacity FROM class", &[("show the capacity too", "SELECT title, capacity FROM class")]);
    ground.check(
        "SELECT class.*, trainer.name FROM class JOIN trainer ON trainer.id = class.trainer_id",
        &[("with the capacity", "SELECT class.*, trainer.name FROM class JOIN trainer ON trainer.id = class.trainer_id")],
    );
}

#[test]
fn rows_are_asked_where_they_are_and_when_they_were() {
    let ground = Ground::new();
    ground.check(
        "SELECT name FROM member WHERE city = 'Rome'",
        &[
            ("where do they live?", "SELECT name, city FROM member WHERE city = 'Rome'"),
            ("when did they join?", "SELECT name, joined FROM member WHERE city = 'Rome'"),
            ("how old are they?", "SELECT name, age FROM member WHERE city = 'Rome'"),
            ("what are their emails?", "SELECT name, email FROM member WHERE city = 'Rome'"),
            ("which plan are they in?", "SELECT name, \"plan\" FROM member WHERE city = 'Rome'"),
            ("what do they do?", ""),
            ("when do they come back?", ""),
        ],
    );
    ground.check(
        "SELECT name FROM trainer ORDER BY rate DESC LIMIT 1",
        &[("where is she?", "SELECT name, country FROM trainer ORDER BY rate DESC LIMIT 1")],
    );
    ground.check("SELECT title FROM class", &[("where is it?", "")]);
}

#[test]
fn rows_are_chosen_by_what_refers_to_them() {
    let ground = Ground::new();
    let of = |condition: &str| format!("SELECT name FROM member WHERE city = 'Rome' AND {condition}");
    let booking = "(SELECT 1 FROM booking WHERE booking.member_id = member.id";
    ground.check(
        "SELECT name FROM member WHERE city = 'Rome'",
        &[
            ("which of these have no bookings?", &of(&format!("NOT EXISTS {booking})"))),
            ("those without a booking", &of(&format!("NOT EXISTS {booking})"))),
            ("only those with bookings", &of(&format!("EXISTS {booking})"))),
            ("which have cancelled bookings?", &of(&format!("EXISTS {booking} AND booking.status = 'cancelled')"))),
            ("those with more than 3 bookings", &of("(SELECT COUNT(*) FROM booking WHERE booking.member_id = member.id) > 3")),
            ("those without an email", &of("(email IS NULL OR email = '')")),
            // Nobody said that rows are to be chosen, or of what.
            ("with bookings", ""),
            ("which have shoes?", ""),
        ],
    );
    ground.check(
        "SELECT trainer.name, COUNT(*) FROM class JOIN trainer ON trainer.id = class.trainer_id GROUP BY trainer.name",
        &[
            (
                "also trainers without any",
                "SELECT trainer.name, COUNT(class.trainer_id) FROM trainer LEFT JOIN class ON trainer.id = class.trainer_id GROUP BY trainer.name",
            ),
            (
                "include those without classes",
                "SELECT trainer.name, COUNT(class.trainer_id) FROM trainer LEFT JOIN class ON trainer.id = class.trainer_id GROUP BY trainer.name",
            ),
        ],
    );
}

#[test]
fn orders_are_read_from_what_people_call_them() {
    let ground = Ground::new();
    ground.check(
        "SELECT name FROM trainer WHERE on_leave = 0",
        &[("most experienced first", "SELECT name FROM trainer WHERE on_leave = 0 ORDER BY years DESC"), ("most popular first", "")],
    );
    ground.check(
        "SELECT name FROM member",
        &[
            ("sort by age, oldest first", "SELECT name FROM member ORDER BY age DESC"),
            ("oldest first", "SELECT name FROM member ORDER BY age DESC"),
            ("newest first", "SELECT name FROM member ORDER BY joined DESC"),
            ("who of them is the youngest?", "SELECT name FROM member ORDER BY age LIMIT 1"),
        ],
    );
    let months = "SELECT strftime('%Y-%m', booked_on), COUNT(*) FROM booking GROUP BY strftime('%Y-%m', booked_on)";
    ground.check(
        months,
        &[
            ("which month had the most?", &format!("{months} ORDER BY COUNT(*) DESC LIMIT 1")),
            ("busiest first", &format!("{months} ORDER BY COUNT(*) DESC")),
            ("most bookings first", &format!("{months} ORDER BY COUNT(*) DESC")),
            ("per weekday", "SELECT strftime('%w', booked_on), COUNT(*) FROM booking GROUP BY strftime('%w', booked_on)"),
        ],
    );
}

#[test]
fn some_of_the_rows_are_counted_and_added_up() {
    let ground = Ground::new();
    ground.check(
        "SELECT name FROM member WHERE city = 'Rome'",
        &[
            ("how many of them are under 30?", "SELECT COUNT(*) FROM member WHERE city = 'Rome' AND age < 30"),
            ("how many of these are premium?", "SELECT COUNT(*) FROM member WHERE city = 'Rome' AND \"plan\" = 'premium'"),
            ("how many of them are there?", "SELECT COUNT(*) FROM member WHERE city = 'Rome'"),
            ("how many of them like jazz?", ""),
        ],
    );
    ground
        .check("SELECT name, rate FROM trainer", &[("how much is that in total?", "SELECT SUM(rate) FROM trainer"), ("the highest?", "")]);
    ground.check("SELECT status, COUNT(*) FROM booking GROUP BY status", &[("what is the total?", "SELECT COUNT(*) FROM booking")]);
}

#[test]
fn words_for_countries_and_flags_choose_rows() {
    let ground = Ground::new();
    ground.check(
        "SELECT name FROM trainer",
        &[
            ("only the French ones", "SELECT name FROM trainer WHERE country = 'France'"),
            ("only Germans", "SELECT name FROM trainer WHERE country = 'Germany'"),
        ],
    );
    ground.check(
        "SELECT name FROM trainer WHERE on_leave = 1",
        &[("and those not on leave?", "SELECT name FROM trainer WHERE on_leave = 0")],
    );
}
