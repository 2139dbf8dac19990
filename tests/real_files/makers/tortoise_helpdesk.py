"""tortoise-orm: a help desk; durations in microseconds, decimals as text, datetimes with an offset."""
import asyncio
import sys
import types
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from common import PEOPLE, closed, day, dice, place, utc
from tortoise import Tortoise, fields
from tortoise.models import Model

r = dice("tortoise_helpdesk")
path = place("tortoise_helpdesk")


class Priority(str, Enum):
    low = "low"
    normal = "normal"
    urgent = "urgent"


class Agent(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(80)
    on_call = fields.BooleanField()


class Ticket(Model):
    id = fields.IntField(primary_key=True)
    subject = fields.CharField(120)
    agent = fields.ForeignKeyField("models.Agent", null=True)
    priority = fields.CharEnumField(Priority)
    opened = fields.DatetimeField()
    closed = fields.DatetimeField(null=True)
    worked = fields.TimeDeltaField(null=True)
    cost = fields.DecimalField(8, 2)


class Message(Model):
    id = fields.IntField(primary_key=True)
    ticket = fields.ForeignKeyField("models.Ticket")
    sender = fields.CharField(80)
    sent = fields.DatetimeField()
    body = fields.TextField()


async def main():
    await Tortoise.init(db_url=f"sqlite://{path}", modules={"models": ["__main__"]}, use_tz=True)
    await Tortoise.generate_schemas()
    agents = [await Agent.create(name=n, on_call=i in (1, 4)) for i, n in enumerate(PEOPLE[:6])]
    things = ["Printer", "VPN", "Mailbox", "Laptop", "Projector", "Badge reader"]
    for _ in range(140):
        at = utc(day(r))
        done = r.random() < 0.85
        t = await Ticket.create(subject=f"{r.choice(things)} {r.choice(['does not start', 'is slow', 'lost its settings', 'makes noise'])}", agent=r.choice(agents) if r.random() < 0.9 else None,
                                priority=r.choices(list(Priority), [3, 5, 2])[0], opened=at, closed=at + timedelta(hours=r.randrange(1, 200)) if done else None,
                                worked=timedelta(minutes=r.randrange(5, 400)) if done else None, cost=Decimal(r.randrange(500, 40000)) / 100)
        for k in range(r.randrange(3)):
            await Message.create(ticket=t, sender=r.choice(PEOPLE), sent=at + timedelta(hours=k + 1), body="Please look at it again.")
    await Tortoise.close_connections()


asyncio.run(main())
closed(path)
