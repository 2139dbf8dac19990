"""SQLAlchemy with Alembic's version table: a shop with an enum, an interval, booleans and decimals."""
import enum
from datetime import timedelta
from decimal import Decimal

from alembic.migration import MigrationContext
from alembic.operations import Operations
from common import PEOPLE, closed, day, dice, place
from sqlalchemy import JSON, Boolean, Column, DateTime, Enum, Float, ForeignKey, Integer, Interval, Numeric, String, create_engine

r = dice("sqlalchemy_shop")
path = place("sqlalchemy_shop")
engine = create_engine(f"sqlite:///{path}")


class Status(enum.Enum):
    PENDING = 1
    SHIPPED = 2
    RETURNED = 3


with engine.begin() as c:
    context = MigrationContext.configure(c)
    context._ensure_version_table()
    op = Operations(context)
    customers = op.create_table("customers", Column("id", Integer, primary_key=True), Column("name", String(80), nullable=False), Column("email", String(120)), Column("newsletter", Boolean), Column("preferences", JSON))
    products = op.create_table("products", Column("id", Integer, primary_key=True), Column("sku", String(20)), Column("title", String(80)), Column("price", Numeric(10, 2)), Column("weight_kg", Float))
    orders = op.create_table("orders", Column("id", Integer, primary_key=True), Column("customer_id", Integer, ForeignKey("customers.id")), Column("status", Enum(Status)), Column("ordered_at", DateTime), Column("delivery_took", Interval))
    lines = op.create_table("order_lines", Column("id", Integer, primary_key=True), Column("order_id", Integer, ForeignKey("orders.id")), Column("product_id", Integer, ForeignKey("products.id")), Column("quantity", Integer), Column("unit_price", Numeric(10, 2)))
    op.execute("INSERT INTO alembic_version VALUES ('3f2a91c04d7e')")
    goods = [("Teapot", "24.90"), ("Enamel mug", "9.50"), ("Cast iron pan", "49.00"), ("Linen apron", "32.00"), ("Bread knife", "41.75"), ("Egg timer", "6.20"), ("Salad bowl", "27.30"), ("Coffee grinder", "89.00"), ("Whisk", "7.80"), ("Trivet", "12.40")]
    c.execute(customers.insert(), [dict(id=i + 1, name=n, email=f"{n.split()[0].lower()}@example.org", newsletter=r.random() < 0.5, preferences={"language": r.choice(["de", "en", "fr"]), "gift_wrap": r.random() < 0.2}) for i, n in enumerate(PEOPLE)])
    c.execute(products.insert(), [dict(id=i + 1, sku=f"KT-{100 + i}", title=t, price=Decimal(p), weight_kg=round(r.uniform(0.1, 3), 2)) for i, (t, p) in enumerate(goods)])
    line = 0
    for i in range(160):
        s = r.choices(list(Status), [2, 7, 1])[0]
        c.execute(orders.insert(), dict(id=i + 1, customer_id=r.randrange(1, len(PEOPLE) + 1), status=s, ordered_at=day(r), delivery_took=None if s is Status.PENDING else timedelta(days=r.randrange(1, 9), hours=r.randrange(24))))
        for _ in range(r.randrange(1, 4)):
            g = r.randrange(len(goods))
            line += 1
            c.execute(lines.insert(), dict(id=line, order_id=i + 1, product_id=g + 1, quantity=r.randrange(1, 5), unit_price=Decimal(goods[g][1])))
engine.dispose()
closed(path)
