"""piecash: a household's GnuCash book."""
from decimal import Decimal

from common import closed, day, dice, place
from piecash import Account, Split, Transaction, create_book

r = dice("gnucash_home")
path = place("gnucash_home")
book = create_book(sqlite_file=str(path), currency="EUR", overwrite=True)
eur = book.default_currency
top = {n: Account(n, t, eur, parent=book.root_account, placeholder=True) for n, t in (("Assets", "ASSET"), ("Expenses", "EXPENSE"), ("Income", "INCOME"))}
bank, cash = Account("Bank", "BANK", eur, parent=top["Assets"]), Account("Cash", "CASH", eur, parent=top["Assets"])
salary = Account("Salary", "INCOME", eur, parent=top["Income"])
costs = [Account(n, "EXPENSE", eur, parent=top["Expenses"]) for n in ("Groceries", "Rent", "Electricity", "Train", "Books")]
shops = {"Groceries": ["Corner shop", "Market", "Bakery"], "Rent": ["Landlord"], "Electricity": ["City power"], "Train": ["Railway"], "Books": ["Bookshop"]}
for i in range(190):
    when = day(r)
    if i % 9 == 0:
        a, b, v, text = salary, bank, Decimal(r.randrange(210000, 260000)) / 100, "Salary"
    else:
        b = r.choice(costs)
        a, v, text = r.choice([bank, bank, cash]), Decimal(r.randrange(300, 60000)) / 100, r.choice(shops[b.name])
    Transaction(currency=eur, description=text, post_date=when.date(), enter_date=when, splits=[Split(account=a, value=-v), Split(account=b, value=v)])
book.save()
book.close()
closed(path)
