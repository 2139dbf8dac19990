#!/usr/bin/env python3
"""`sqllama mcp` tried with the protocol's own SDK client (`pip install mcp`, tried with 2.3.0). Not part of CI.

    python3 tests/scripts/mcp_client.py target/debug/sqllama [--model qwen2.5-coder-0.5b]

Once with the handshake of protocol versions to 2025-11-25 and once without one (2026-07-28): lists the tools, calls each, has a query
cancelled, writes wrong SQL and SQL that writes, and asks for huge results. The SDK checks every structured result against its schema.
Without --model, a script answers. Ends with 0 if all is as it should be.
"""

import argparse
import hashlib
import pathlib
import sqlite3
import tempfile
import time

import anyio
from mcp import Client, MCPError, StdioServerParameters

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i, hex(i) AS h FROM n"
WRITES = [
    "INSERT INTO item VALUES (3, 'c')",
    "UPDATE item SET name = 'x'",
    "DELETE FROM item",
    "DROP TABLE item",
    "CREATE TABLE x(a)",
    "ATTACH 'other.db' AS other",
    "PRAGMA user_version = 7",
    "VACUUM",
    "SELECT 1; DROP TABLE item",
    "WITH x AS (SELECT 1) INSERT INTO item SELECT 9, 'z'",
]


async def try_all(program, folder, model, mode):
    shop, crm = folder / "shop.db", folder / "crm.db"
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in (shop, crm)}
    server = StdioServerParameters(command=program, args=["mcp", str(shop), str(crm), "--model", model, "--timeout", "600"])
    async with Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        print(mode, client.session.protocol_version, [tool.name for tool in tools])
        assert [tool.name for tool in tools] == ["schema", "query", "ask"]
        assert all(tool.output_schema and tool.annotations.read_only_hint for tool in tools)

        schema = await client.call_tool("schema", {"database": "shop"})
        assert "CREATE TABLE item" in schema.content[0].text, schema
        assert schema.structured_content["tables"][0]["rows"] == 2

        query = await client.call_tool("query", {"database": "shop", "sql": "SELECT * FROM item ORDER BY id"})
        assert query.structured_content["rows"] == [[1, "a"], [2, "b"]], query

        said = []

        async def progress(step, total, message):
            said.append(message)

        start = time.monotonic()
        ask = await client.call_tool("ask", {"database": "shop", "question": "How many items are there?"}, progress_callback=progress)
        print("  ask:", ask.structured_content["sql"], ask.structured_content["rows"], f"{time.monotonic() - start:.1f} s", said)
        assert not ask.is_error and ask.structured_content["rows"] == [[2]], ask

        for sql in WRITES:
            answer = await client.call_tool("query", {"database": "shop", "sql": sql})
            assert answer.is_error and "hint: " in answer.content[0].text, (sql, answer)
        for arguments in ({"sql": "SELEC 1"}, {"sql": "SELECT nope FROM item"}, {"sql": 7}, {}, {"sql": "SELECT 1", "nope": 1}):
            answer = await client.call_tool("query", {"database": "shop", **arguments})
            assert answer.is_error and "hint: " in answer.content[0].text, (arguments, answer)
            print("  " + answer.content[0].text.replace("\n", " | "))
        answer = await client.call_tool("query", {"sql": "SELECT 1"})
        assert answer.is_error and "`shop`, `crm`" in answer.content[0].text, answer
        try:
            await client.call_tool("nope", {})
            raise AssertionError("an unknown tool was called")
        except MCPError as error:
            print("  unknown tool:", error)

        for sql, rows in ((MANY, 1000), ("SELECT printf('%.*c', 50000000, 'x'), zeroblob(50000000)", 1)):
            answer = await client.call_tool("query", {"database": "crm", "sql": sql, "max_rows": 100000})
            size = len(answer.content[0].text) + len(str(answer.structured_content))
            print("  huge:", answer.structured_content["row_count"], "rows,", size, "characters,", answer.content[0].text.splitlines()[-1])
            assert answer.structured_content["row_count"] == rows and size < 200_000

        start = time.monotonic()
        with anyio.move_on_after(1):
            await client.call_tool("query", {"database": "shop", "sql": ENDLESS})
            raise AssertionError("an endless query ended")
        # The next query of the same database waits for its turn: it comes only because the one before was stopped.
        answer = await client.call_tool("query", {"database": "shop", "sql": "SELECT 5"}, read_timeout_seconds=20)
        assert answer.structured_content["rows"] == [[5]], answer
        print(f"  cancelled, and the next one answered after {time.monotonic() - start:.1f} s")
    assert before == {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in (shop, crm)}
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".txt") == ["crm.db", "shop.db"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--model")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for path in ("shop.db", "crm.db"):
            connection = sqlite3.connect(folder / path)
            connection.executescript("CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b');")
            connection.close()
        script = folder / "answers.txt"
        script.write_text("\n---\n".join(["```sql\nSELECT count(*) AS n FROM item\n```"] * 20))
        for mode in ("legacy", "auto"):
            anyio.run(try_all, str(pathlib.Path(args.program).resolve()), folder, args.model or f"script:{script}", mode)
    print("all as it should be")


main()
