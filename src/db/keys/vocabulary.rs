//! Words that tell what a column may refer to, and what it hardly does.

/// Words before a table's name that make the whole an amount, a place in an order or a flag.
pub(super) const AMOUNTS: [&str; 34] = [
    "num", "number", "n", "no", "nr", "total", "count", "max", "min", "avg", "average", "mean", "sum", "qty", "quantity", "amount", "nb",
    "cnt", "has", "is", "can", "age", "year", "date", "time", "rank", "position", "level", "percent", "pct", "ratio", "rate", "score",
    "per",
];
/// Names of tables that numbers are called as well.
pub(super) const NUMBERED: [&str; 29] = [
    "order", "position", "rank", "ranking", "level", "index", "count", "number", "size", "year", "month", "day", "week", "hour", "minute",
    "date", "time", "version", "priority", "score", "age", "rating", "season", "round", "duration", "length", "weight", "price", "point",
];
/// What is of the same kind as its owner.
pub(super) const PARENTS: [&str; 1] = ["parent"];
pub(super) const NEIGHBOURS: [&str; 8] = ["previous", "prev", "next", "root", "original", "predecessor", "successor", "ancestor"];
/// Words before a table's own name that make it another row of the same table.
pub(super) const SIDES: [&str; 14] =
    ["from", "to", "source", "target", "src", "dst", "parent", "previous", "prev", "next", "root", "original", "related", "referring"];
pub(super) const REPLIES: [&str; 8] =
    ["reportsto", "replyto", "inreplyto", "replacedby", "supersededby", "mergedinto", "duplicateof", "copiedfrom"];
pub(super) const SUPERIORS: [&str; 5] = ["manager", "supervisor", "boss", "mentor", "superior"];
/// Parts that people play.
pub(super) const PARTS: [&str; 36] = [
    "author",
    "owner",
    "creator",
    "sender",
    "recipient",
    "receiver",
    "assignee",
    "assigned",
    "editor",
    "reviewer",
    "approver",
    "reporter",
    "uploader",
    "publisher",
    "teacher",
    "instructor",
    "agent",
    "seller",
    "buyer",
    "inviter",
    "invitee",
    "follower",
    "followee",
    "followed",
    "poster",
    "moderator",
    "host",
    "organizer",
    "organiser",
    "requester",
    "submitter",
    "actor",
    "manager",
    "supervisor",
    "head",
    "admin",
];
/// Tables of people, the likeliest first.
pub(super) const PEOPLE: [&str; 12] =
    ["user", "person", "member", "employee", "staff", "contact", "account", "profile", "customer", "party", "faculty", "teacher"];
