"""MLflow's own SQLite tracking store: runs, parameters, metrics, tags."""
from common import closed, day, dice, place, unix
from mlflow.entities import LifecycleStage, Metric, Param, RunStatus, RunTag, ViewType
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

r = dice("mlflow_runs")
path = place("mlflow_runs")
s = SqlAlchemyStore(f"sqlite:///{path}", "/made-up/artifacts")
for name in ("churn", "house-prices", "spam"):
    e = s.create_experiment(name)
    for i in range(28):
        start = unix(day(r)) * 1000 + r.randrange(1000)
        run = s.create_run(e, r.choice(["alma", "bruno", "chiara"]), start, [RunTag("team", r.choice(["red", "blue"]))], f"{r.choice(['calm', 'bold', 'shy'])}-{r.choice(['owl', 'fox', 'elk'])}-{i}")
        lr, steps = r.choice([0.1, 0.01, 0.001]), r.randrange(3, 7)
        s.log_batch(run.info.run_id, [Metric("accuracy" if name != "house-prices" else "rmse", round(r.uniform(0.5, 0.99), 4), start + 60000 * k, k) for k in range(steps)],
                    [Param("learning_rate", str(lr)), Param("model", r.choice(["xgboost", "ridge", "mlp"]))], [])
        s.update_run_info(run.info.run_id, r.choices([RunStatus.FINISHED, RunStatus.FAILED, RunStatus.RUNNING], [8, 2, 1])[0], start + r.randrange(60000, 9000000), None)
        if r.random() < 0.08:
            s.delete_run(run.info.run_id)
s._dispose_engine() if hasattr(s, "_dispose_engine") else s.engine.dispose()
closed(path)
