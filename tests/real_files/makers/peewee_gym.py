"""peewee: a gym whose check-ins are a TimestampField in milliseconds."""
from datetime import timezone

from common import PEOPLE, closed, day, dice, place, utc
from peewee import BooleanField, CharField, DateField, DateTimeField, DecimalField, ForeignKeyField, IntegerField, Model, SqliteDatabase, TimestampField

r = dice("peewee_gym")
path = place("peewee_gym")
db = SqliteDatabase(path)


class Base(Model):
    class Meta:
        database = db


class Member(Base):
    name = CharField()
    joined = DateField()
    plan = CharField()
    active = BooleanField()
    monthly_fee = DecimalField(6, 2)


class Trainer(Base):
    name = CharField()


class Course(Base):
    title = CharField()
    trainer = ForeignKeyField(Trainer)
    seats = IntegerField()


class CheckIn(Base):
    member = ForeignKeyField(Member)
    course = ForeignKeyField(Course, null=True)
    at = TimestampField(resolution=1000, utc=True)
    note = CharField(null=True)
    edited = DateTimeField(null=True)


db.create_tables([Member, Trainer, Course, CheckIn])
plans = {"basic": "19.90", "plus": "29.90", "family": "49.00"}
members = []
for n in PEOPLE:
    p = r.choice(list(plans))
    members.append(Member.create(name=n, joined=day(r, "2020-01-01", "2025-01-01").date(), plan=p, active=r.random() < 0.8, monthly_fee=plans[p]))
trainers = [Trainer.create(name=n) for n in ("Ines Prat", "Jonas Wolf", "Kira Sand")]
courses = [Course.create(title=t, trainer=r.choice(trainers), seats=s) for t, s in (("Yoga", 18), ("Spinning", 22), ("Pilates", 14), ("Boxing", 12), ("Swimming", 8))]
for _ in range(320):
    at = day(r).replace(microsecond=r.randrange(1000) * 1000)
    CheckIn.create(member=r.choice(members), course=r.choice(courses) if r.random() < 0.7 else None, at=at, edited=utc(at) if r.random() < 0.1 else (at if r.random() < 0.1 else None))
db.close()
closed(path)
