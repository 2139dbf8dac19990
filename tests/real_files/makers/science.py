"""ASE (molecules; times in years since 2000), gffutils (genes), pygtfs (a timetable)."""
import sqlite3
import warnings
import zipfile
from pathlib import Path
from tempfile import mkdtemp

from common import PEOPLE, closed, day, dice, keep, place, unix

warnings.simplefilter("ignore")
tmp = Path(mkdtemp())


def molecules():
    import ase.db
    from ase.build import molecule
    from ase.calculators.emt import EMT
    r = dice("ase_molecules")
    path = place("ase_molecules").with_suffix(".db")
    db = ase.db.connect(path)
    for i in range(80):
        a = molecule(r.choice(["H2O", "CO", "N2", "O2", "NO", "CH4", "C2H6", "NH3", "H2", "CO2"]))
        a.rattle(0.05, seed=i)
        a.calc = EMT()
        a.get_potential_energy()
        db.write(a, relaxed=r.random() < 0.4, method=r.choice(["pbe", "b3lyp"]), charge_guess=r.randrange(-1, 2))
    path.rename(path.with_suffix(".sqlite"))
    path = path.with_suffix(".sqlite")
    with sqlite3.connect(path) as c:  # the same unit (years since 2000-01-01), days spread over years
        for i in range(80):
            t = (unix(day(r)) - 946684800) / 31557600
            c.execute("UPDATE systems SET ctime=?, mtime=?, username=? WHERE id=?", (t, t + r.random() / 10, r.choice(["alma", "bruno", "chiara"]), i + 1))
    c.close()
    closed(path)


def genes():
    import gffutils
    r = dice("gffutils_genes")
    lines, at = ["##gff-version 3"], 1000
    for g in range(60):
        chrom, strand = r.choice(["chr1", "chr2", "chrX"]), r.choice("+-")
        length = r.randrange(800, 30000)
        lines.append(f"{chrom}\tmade\tgene\t{at}\t{at + length}\t.\t{strand}\t.\tID=gene{g};Name=GEN{g};biotype={r.choice(['protein_coding', 'lncRNA', 'pseudogene'])}")
        for t in range(r.randrange(1, 4)):
            lines.append(f"{chrom}\tmade\tmRNA\t{at}\t{at + length}\t.\t{strand}\t.\tID=tx{g}.{t};Parent=gene{g}")
            for e in range(r.randrange(1, 6)):
                s = at + r.randrange(length - 200)
                lines.append(f"{chrom}\tmade\texon\t{s}\t{s + r.randrange(50, 200)}\t.\t{strand}\t.\tID=ex{g}.{t}.{e};Parent=tx{g}.{t}")
        at += length + 5000
    gff = tmp / "genes.gff3"
    gff.write_text("\n".join(lines) + "\n")
    path = place("gffutils_genes")
    gffutils.create_db(str(gff), str(path), force=True, keep_order=True)
    closed(path)


def transit():
    import pygtfs
    r = dice("pygtfs_transit")
    feed = tmp / "feed.zip"
    stops = ["Harbour", "Museum", "Old Town", "University", "Stadium", "Hospital", "Airport", "Zoo"]
    t = lambda m: f"{m // 60:02d}:{m % 60:02d}:00"
    files = {"agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,City Lines,http://example.org,Europe/Berlin\n",
             "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(f"S{i},{n},{52 + r.random():.5f},{13 + r.random():.5f}\n" for i, n in enumerate(stops)),
             "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\n" + "".join(f"R{i},A,{n},{l},{k}\n" for i, (n, l, k) in enumerate([("1", "Harbour - Airport", 0), ("2", "Zoo - Museum", 0), ("N5", "Night bus", 3), ("U3", "Underground ring", 1)])),
             "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nWD,1,1,1,1,1,0,0,20230101,20231231\nWE,0,0,0,0,0,1,1,20230101,20231231\nSUM,1,1,1,1,1,1,1,20240601,20240831\n",
             "calendar_dates.txt": "service_id,date,exception_type\n" + "".join(f"WD,{d},2\n" for d in ("20230407", "20230501", "20230518", "20231003", "20231225", "20231226")) + "WE,20231003,1\nWE,20230407,1\n"}
    trips, times = ["route_id,service_id,trip_id,trip_headsign"], ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"]
    for i in range(60):
        route = r.randrange(4)
        trips.append(f"R{route},{r.choice(['WD', 'WE', 'SUM'])},T{i},{r.choice(stops)}")
        m = 23 * 60 + r.randrange(120) if route == 2 else r.randrange(5 * 60, 21 * 60)
        for k, s in enumerate(r.sample(range(8), 5)):
            times.append(f"T{i},{t(m)},{t(m + 1)},S{s},{k + 1}")
            m += r.randrange(4, 15)
    files["trips.txt"], files["stop_times.txt"] = "\n".join(trips) + "\n", "\n".join(times) + "\n"
    with zipfile.ZipFile(feed, "w") as z:
        for n, s in files.items():
            z.writestr(n, s)
    path = place("pygtfs_transit")
    s = pygtfs.Schedule(str(path))
    pygtfs.append_feed(s, str(feed))
    s.session.close()
    s.engine.dispose()
    closed(path)


bad = 0
for f in (molecules, genes, transit):
    try:
        f()
    except Exception as e:
        print(f.__name__, "failed:", repr(e))
        bad = 1
raise SystemExit(bad)
