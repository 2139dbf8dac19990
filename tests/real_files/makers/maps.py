"""GeoPackages by pyogrio (geopandas) and fiona: one layer, and three layers with a coded domain's table."""
from datetime import datetime

import fiona
import geopandas as gpd
from common import PEOPLE, closed, day, dice, place, utc
from shapely.geometry import LineString, Point

r = dice("gpkg_trees")
path = place("gpkg_trees")
species = ["oak", "lime", "maple", "birch", "plane", "chestnut"]
when = [day(r, hours=(8, 17)) for _ in range(220)]
gpd.GeoDataFrame({"tree_no": [f"T{1000 + i}" for i in range(220)], "species": [r.choice(species) for _ in when], "height_m": [round(r.uniform(2, 31), 1) for _ in when], "planted": [day(r, "1950-01-01", "2024-01-01").date() for _ in when],
                  "surveyed_at": [utc(w) for w in when], "healthy": [r.random() < 0.8 for _ in when]},
                 geometry=[Point(13.3 + r.random() / 5, 52.4 + r.random() / 5) for _ in when], crs="EPSG:4326").to_file(path, layer="street_trees", driver="GPKG", engine="pyogrio")
closed(path)

r = dice("gpkg_hiking")
path = place("gpkg_hiking")
huts = ["Gamshütte", "Rotwand", "Lärchenalm", "Seeblick", "Hochfeld", "Steinkar"]
with fiona.open(path, "w", driver="GPKG", layer="huts", crs="EPSG:4326", schema={"geometry": "Point", "properties": {"name": "str:60", "elevation": "int", "beds": "int", "open_all_year": "bool"}}) as f:
    for h in huts:
        f.write({"geometry": {"type": "Point", "coordinates": (11 + r.random(), 47 + r.random())}, "properties": {"name": h, "elevation": r.randrange(1100, 2700), "beds": r.randrange(12, 90), "open_all_year": r.random() < 0.4}})
with fiona.open(path, "w", driver="GPKG", layer="trails", crs="EPSG:4326", schema={"geometry": "LineString", "properties": {"name": "str:60", "difficulty": "str:10", "length_m": "float", "opened": "date"}}) as f:
    for i in range(40):
        a = (11 + r.random(), 47 + r.random())
        f.write({"geometry": {"type": "LineString", "coordinates": [a, (a[0] + 0.05, a[1] + 0.02)]}, "properties": {"name": f"Trail {i + 1}", "difficulty": r.choice(["blue", "red", "black"]), "length_m": round(r.uniform(900, 21000), 1), "opened": day(r, "1985-01-01", "2024-01-01").date().isoformat()}})
with fiona.open(path, "w", driver="GPKG", layer="hikes", crs="EPSG:4326", schema={"geometry": "Point", "properties": {"hiker": "str:60", "trail_fid": "int", "started": "datetime", "minutes": "int"}}) as f:
    for _ in range(150):
        f.write({"geometry": {"type": "Point", "coordinates": (11 + r.random(), 47 + r.random())}, "properties": {"hiker": r.choice(PEOPLE[:10]), "trail_fid": r.randrange(1, 41), "started": day(r, hours=(5, 11)).isoformat(), "minutes": r.randrange(40, 600)}})
closed(path)
