"""diskcache, APScheduler, huey, optuna, celery: what small services leave."""
import time
from datetime import timedelta, timezone
from pathlib import Path
from tempfile import mkdtemp

import sqlite3
from common import PEOPLE, closed, day, dice, keep, place, unix, utc

tmp = Path(mkdtemp())


def thumbs():
    from diskcache import Cache
    r = dice("diskcache_thumbs")
    with Cache(tmp / "cache", statistics=1) as cache:
        for i in range(120):
            cache.set(f"thumb/{r.choice(['cats', 'holiday', 'garden'])}/{1000 + i}.jpg", bytes(r.randrange(256) for _ in range(r.randrange(50, 400))), expire=None if r.random() < 0.3 else 3600, tag=r.choice(["small", "medium", "large"]))
        for i in range(40):
            cache.get(f"thumb/cats/{1000 + i}.jpg")
    with sqlite3.connect(tmp / "cache" / "cache.db") as c:  # the same columns and unit, days spread over years
        for (k,) in c.execute("SELECT rowid FROM Cache").fetchall():
            s = unix(day(r)) + r.random()
            c.execute("UPDATE Cache SET store_time=?, access_time=?, access_count=?, expire_time=CASE WHEN expire_time IS NULL THEN NULL ELSE ? END WHERE rowid=?", (s, s + r.randrange(90 * 86400), r.randrange(40), s + r.choice([30, 365]) * 86400, k))
    c.close()
    keep(tmp / "cache" / "cache.db", "diskcache_thumbs")


def jobs():
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    r = dice("apscheduler_jobs")
    path = place("apscheduler_jobs")
    s = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=f"sqlite:///{path}")}, timezone="UTC")
    s.start(paused=True)
    for i in range(40):
        at = utc(day(r, "2027-01-05", "2029-11-20"))
        s.add_job("time:sleep", "date", run_date=at, args=[1], id=f"{r.choice(['reminder', 'backup', 'invoice', 'report'])}-{100 + i}")
    for i in range(6):
        s.add_job("time:sleep", "interval", hours=i + 1, args=[1], id=f"paused-{i}", next_run_time=None)
    s.shutdown()
    closed(path)


def tasks():
    from huey import SqliteHuey
    r = dice("huey_tasks")
    path = place("huey_tasks")
    h = SqliteHuey("mailer", filename=str(path), utc=False)

    @h.task()
    def send_mail(to):
        return to

    @h.task(priority=10)
    def charge_card(to):
        return to

    for i in range(60):
        r.choice([send_mail, charge_card])(r.choice(PEOPLE))
    for i in range(90):
        h.add_schedule(send_mail.s(r.choice(PEOPLE), eta=day(r, "2027-01-05", "2029-11-20")))
    h.put("last-run", "ok")
    h.storage.close()
    closed(path)


def study():
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    r = dice("optuna_tuning")
    path = place("optuna_tuning")
    url = f"sqlite:///{path}"
    for name, direction in (("xgboost-churn", "maximize"), ("lstm-sales", "minimize"), ("svm-spam", "maximize")):
        s = optuna.create_study(storage=url, study_name=name, direction=direction, sampler=optuna.samplers.RandomSampler(seed=len(name)))
        for i in range(25):
            t = s.ask()
            v = t.suggest_float("learning_rate", 1e-5, 1e-1, log=True) * 3 + t.suggest_int("depth", 2, 9) / 30 + r.random() / 4
            b = t.suggest_categorical("optimizer", ["adam", "sgd"])
            if r.random() < 0.1:
                s.tell(t, state=optuna.trial.TrialState.FAIL)
            else:
                s.tell(t, v)
    with sqlite3.connect(path) as c:
        for (k,) in c.execute("SELECT trial_id FROM trials").fetchall():
            a = day(r)
            f = lambda d: d.strftime("%Y-%m-%d %H:%M:%S.%f")
            c.execute("UPDATE trials SET datetime_start=?, datetime_complete=? WHERE trial_id=?", (f(a), f(a + timedelta(seconds=r.randrange(20, 9000), microseconds=r.randrange(10**6))), k))
    c.close()
    closed(path)


def results():
    import celery
    from celery import Celery
    r = dice("celery_results")
    path = place("celery_results")
    app = Celery("shop", backend=f"db+sqlite:///{path}")
    app.conf.update(result_extended=True, task_always_eager=True, task_store_eager_result=True)

    @app.task(name="shop.resize_image")
    def resize_image(n):
        return n * 2

    @app.task(name="shop.send_invoice")
    def send_invoice(n):
        if n % 7 == 0:
            raise ValueError("no address")
        return "sent"

    for i in range(120):
        r.choice([resize_image, send_invoice]).apply(args=[r.randrange(100)], task_id=f"{r.getrandbits(128):032x}")
    app.backend.ResultSession().close()
    with sqlite3.connect(path) as c:
        for (k,) in c.execute("SELECT id FROM celery_taskmeta").fetchall():
            c.execute("UPDATE celery_taskmeta SET date_done=? WHERE id=?", (day(r).strftime("%Y-%m-%d %H:%M:%S.") + f"{r.randrange(10**6):06d}", k))
    c.close()
    closed(path)


bad = 0
for f in (thumbs, jobs, tasks, study, results):
    try:
        f()
    except Exception as e:
        print(f.__name__, "failed:", e)
        bad = 1
raise SystemExit(bad)
