"""Values of functions by Python's own modules (math, statistics, decimal, datetime), for `tests/fixtures/functions.tsv`.

    python3 tests/peers/function_values.py > tests/fixtures/functions.tsv

Each line is an expression for SQLite and its value. Nothing is shared with the functions themselves.
"""

import datetime
import decimal
import json
import math
import random
import statistics

draw = random.Random(24)


def line(sql, value):
    if isinstance(value, bool):
        value = int(value)
    print(f"{sql}\t{'NULL' if value is None else value}")


def rows(numbers):
    return f"FROM json_each('{json.dumps(numbers)}')"


def pairs(ys, xs):
    return f"FROM (SELECT value->>0 AS y, value->>1 AS x FROM json_each('{json.dumps(list(map(list, zip(ys, xs))))}'))"


def numbers():
    for name in ["sqrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "degrees", "radians", "cbrt"]:
        for x in [0.25, 0.5, 0.9]:
            line(f"{name}({x})", getattr(math, name)(x))
    for x in [0.001, 1, 2.5, 1000]:
        line(f"ln({x})", math.log(x))
        line(f"log10({x})", math.log10(x))
        line(f"log2({x})", math.log2(x))
        line(f"log(3, {x})", math.log(x, 3))
    for x, y in [(2, 10), (2.5, 0.5), (10, -2)]:
        line(f"power({x}, {y})", math.pow(x, y))
        line(f"atan2({x}, {y})", math.atan2(x, y))
    for n in [0, 1, 7, 20]:
        line(f"factorial({n})", math.factorial(n))
    for a, b in [(12, 18), (-12, 18), (0, 5), (17, 5)]:
        line(f"gcd({a}, {b})", math.gcd(a, b))
        line(f"lcm({a}, {b})", math.lcm(a, b))
    for text in ["2.675", "1.005", "-2.5", "0.285", "1.115", "123456.7895", "-0.05", "8.345"]:
        for places in [0, 1, 2, 3]:
            exact = decimal.Decimal(text)
            unit = decimal.Decimal(1).scaleb(-places)
            line(f"round({text}, {places})", exact.quantize(unit, decimal.ROUND_HALF_UP))
            line(f"trunc({text}, {places})", exact.quantize(unit, decimal.ROUND_DOWN))
    for text in ["1234.5", "-1250", "150", "49.9"]:
        for places in [1, 2]:
            unit = decimal.Decimal(1).scaleb(places)
            line(f"round({text}, -{places})", f"{decimal.Decimal(text).quantize(unit, decimal.ROUND_HALF_UP):f}")
    for a, b in [("7.5", "2"), ("-7.5", "2"), ("0.3", "0.1"), ("10.5", "3.2"), ("7", "-2.5"), ("1e3", "0.7")]:
        line(f"mod({a}, {b})", decimal.Decimal(a) % decimal.Decimal(b))
    for x, places in [(1234567.891, 2), (-1234.5, 1), (0.004, 2), (999999.995, 3), (12, 0)]:
        line(f"format_number({x}, {places})", f"{decimal.Decimal(str(x)):,.{places}f}")


def over_rows():
    samples = [[1, 2, 3, 10], [4], [2.5, 2.5, 2.5], [1000000.1, 1000000.2, 1000000.4], [3, 1, 3, 2, 2], [-5, 0, 5, 7, 11, 13]]
    samples += [[round(draw.gauss(50, 20), 3) for _ in range(n)] for n in [11, 60]]
    for sample in samples:
        at = rows(sample)
        line(f"median(value) {at}", statistics.median(sample))
        line(f"mode(value) {at}", statistics.mode(sample))
        line(f"stddev_pop(value) {at}", statistics.pstdev(sample))
        line(f"var_pop(value) {at}", statistics.pvariance(sample))
        line(f"stddev(value) {at}", statistics.stdev(sample) if len(sample) > 1 else None)
        line(f"var_samp(value) {at}", statistics.variance(sample) if len(sample) > 1 else None)
        line(f"product(value) {at}", math.prod(sample))
        if all(x > 0 for x in sample):
            line(f"geomean(value) {at}", statistics.geometric_mean(sample))
        if len(sample) > 1:
            cuts = statistics.quantiles(sample, n=100, method="inclusive")
            for percent in [10, 25, 90]:
                line(f"percentile(value, {percent}) {at}", cuts[percent - 1])
                line(f"percentile_cont(value, {percent / 100}) {at}", cuts[percent - 1])
        ordered = sorted(sample)
        for part in [0.0, 0.25, 0.5, 0.9, 1.0]:
            place = max(math.ceil(part * len(ordered)), 1) - 1
            line(f"percentile_disc(value, {part}) {at}", ordered[place])
    for n in [3, 40]:
        xs = [round(draw.uniform(0, 10), 2) for _ in range(n)]
        ys = [round(2 * x + draw.gauss(0, 3), 2) for x in xs]
        at = pairs(ys, xs)
        slope, intercept = statistics.linear_regression(xs, ys)
        line(f"corr(y, x) {at}", statistics.correlation(xs, ys))
        line(f"covar_samp(y, x) {at}", statistics.covariance(xs, ys))
        line(f"covar_pop(y, x) {at}", statistics.covariance(xs, ys) * (n - 1) / n)
        line(f"regr_slope(y, x) {at}", slope)
        line(f"regr_intercept(y, x) {at}", intercept)
        line(f"regr_r2(y, x) {at}", statistics.correlation(xs, ys) ** 2)
        line(f"arg_max(y, x) {at}", max(zip(xs, ys))[1])
        line(f"min_by(y, x) {at}", min(zip(xs, ys))[1])


def distance(a, b):
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]


def texts():
    words = ["kitten", "sitting", "", "Größe", "grosse", "flaw", "lawn", "abcdefghij", "jihgfedcba"]
    for a in words:
        for b in words[:5]:
            line(f"levenshtein('{a}', '{b}')", distance(a, b))
    for text in ["Straße", "ΟΔΟΣ", "Été"]:
        line(f"casefold('{text}')", text.casefold())
    for x in ["7", "é", "12345"]:
        line(f"lpad('{x}', 3, '0')", x[:3].rjust(3, "0"))
        line(f"rpad('{x}', 3, '.')", x[:3].ljust(3, "."))
        line(f"reverse('{x}')", x[::-1])


def dates():
    day = datetime.date(1999, 12, 25)
    while day < datetime.date(2026, 1, 10):
        year, week, weekday = day.isocalendar()
        line(f"week('{day}', 0)", day.strftime("%U"))
        line(f"week('{day}', 5)", day.strftime("%W"))
        line(f"yearweek('{day}', 3)", year * 100 + week)
        line(f"to_days('{day}')", day.toordinal() + 365)
        line(f"date_format('{day}', '%W %M %e %Y %j')", f"{day:%A %B} {day.day} {day:%Y %j}")
        line(f"format_date('{day}', '%a %d %b %y %U %V %G')", f"{day:%a %d %b %y %U %V %G}")
        line(f"to_char('{day}', 'FMDay DD Mon YYYY IYYY-IW DDD')", f"{day:%A %d %b %Y %G-%V %j}")
        line(f"str_to_date('{day:%d.%m.%Y}', '%d.%m.%Y')", day)
        line(f"to_date('{day:%d %b %Y}', 'DD Mon YYYY')", day)
        line(f"strptime('{day:%A, %B %d %Y}', '%A, %B %d %Y')", f"{day} 00:00:00")
        day += datetime.timedelta(days=draw.randrange(1, 400))


numbers()
over_rows()
texts()
dates()
