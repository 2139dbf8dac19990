"""Home Assistant's recorder: its own tables (db_schema.py, create_all), filled with its own classes."""
from common import day, dice, place, unix, closed
from homeassistant.components.recorder import db_schema as d
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

r = dice("home_assistant")
path = place("home_assistant")
engine = create_engine(f"sqlite:///{path}")
d.Base.metadata.create_all(engine)
sensors = {"sensor.kitchen_temperature": ("°C", 20), "sensor.bedroom_temperature": ("°C", 18), "sensor.outdoor_temperature": ("°C", 10), "sensor.power_meter": ("W", 400)}
with Session(engine) as s:
    s.add(d.SchemaChanges(schema_version=d.SCHEMA_VERSION))
    attributes = {}
    for e, (unit, _) in sensors.items():
        a = d.StateAttributes(hash=r.getrandbits(31), shared_attrs=f'{{"unit_of_measurement":"{unit}","friendly_name":"{e.split(".")[1].replace("_", " ").title()}"}}')
        m = d.StatesMeta(entity_id=e)
        g = d.StatisticsMeta(statistic_id=e, source="recorder", unit_of_measurement=unit, has_mean=True, has_sum=False, name=None)
        s.add_all([a, m, g])
        s.flush()
        times = sorted(unix(day(r, "2023-01-02", "2025-11-01", hours=(0, 24))) + r.random() for _ in range(120))
        last, hours = None, set()
        for t in times:
            v = round(sensors[e][1] + r.gauss(0, 4), 1)
            x = d.States(state="unavailable" if r.random() < 0.03 else str(v), metadata_id=m.metadata_id, attributes_id=a.attributes_id, last_updated_ts=t, last_changed_ts=None, last_reported_ts=t + 30 if r.random() < 0.2 else None, old_state_id=last, origin_idx=0)
            s.add(x)
            s.flush()
            last = x.state_id
            h = int(t) // 3600 * 3600
            if h in hours:
                continue
            hours.add(h)
            s.add(d.Statistics(metadata_id=g.id, start_ts=float(h), created_ts=h + 3610.5, mean=v, min=v - 1, max=v + 1.5))
    for e in ("light.hall", "lock.front_door"):
        m = d.StatesMeta(entity_id=e)
        s.add(m)
        s.flush()
        for _ in range(80):
            s.add(d.States(state=r.choice(["on", "off"] if e.startswith("light") else ["locked", "unlocked"]), metadata_id=m.metadata_id, last_updated_ts=unix(day(r, "2023-01-02", "2025-11-01")) + r.random(), origin_idx=0))
    kinds = [d.EventTypes(event_type=t) for t in ("automation_triggered", "call_service", "homeassistant_start")]
    s.add_all(kinds)
    s.flush()
    for _ in range(120):
        s.add(d.Events(event_type_id=r.choice(kinds).event_type_id, time_fired_ts=unix(day(r, "2023-01-02", "2025-11-01")) + r.random(), origin_idx=0))
    s.commit()
engine.dispose()
closed(path)
