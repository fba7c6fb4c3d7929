"""What asyncpg sees, which speaks the protocol itself: a line of JSON a step. WHO is reader, full or direct."""
import asyncio, json, os, ssl
import asyncpg

WHO = os.environ["WHO"]


def show(step, value):
    print(step + "\t" + json.dumps(value, default=str), flush=True)


async def failing(what):
    try:
        await what
        return "no error"
    except asyncpg.PostgresError as error:
        return [error.sqlstate, error.args[0], error.detail, error.hint, error.position]


def rows(records):
    return [list(record.values()) for record in records]


async def connect():
    context = False
    if WHO != "direct":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return await asyncpg.connect(ssl=context)


async def common(conn):
    show("server", [conn.get_server_version()[0], conn.get_settings().client_encoding])
    fetched = await conn.fetch("select id, name, price, made, tags, data, raw, ok, ref from item where id in (1, 300) order by id")
    show("types", rows(fetched))
    # An array, a composite and a range: what a type is it asks the catalog for.
    show("looked up", rows(await conn.fetch("select array[i] as list, i as whole, numrange(price, 100) as span from item i where id = 7")))
    statement = await conn.prepare("select name from item where id = $1 and price < $2::numeric")
    show("parameters", [[p.name for p in statement.get_parameters()], [a.name for a in statement.get_attributes()]])
    show("prepared", [await statement.fetchval(i, 100) for i in range(1, 9)])
    show("one by one", [await conn.fetchval("select $1::int * 2", i) for i in range(20)])
    show("texts", [await conn.fetchval(f"select {i} + {i}") for i in range(150)])
    show("script", await conn.execute("select 1; select 2"))
    async with conn.transaction():
        cursor = await conn.cursor("select id from item where id <= 40 order by id")
        show("cursor", [rows(await cursor.fetch(7)), await cursor.forward(2), rows([await cursor.fetchrow()])])
        show("walked", [record[0] async for record in conn.cursor("select id from item where id <= 120 order by id", prefetch=50)])
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        show("isolation", await conn.fetchval("show transaction_isolation"))
    transaction = conn.transaction()
    await transaction.start()
    async with conn.transaction():
        await conn.execute("select 1")
    show("broken", await failing(conn.fetch("select 1 / 0")))
    show("in a broken transaction", await failing(conn.fetch("select 1")))
    await transaction.rollback()
    show("after it", await conn.fetchval("select 4"))
    show("syntax error", await failing(conn.fetch("select * form item")))
    show("no column", await failing(conn.prepare("select nothing_here from item")))
    try:
        await conn.fetch("select pg_sleep(20)", timeout=0.4)
    except asyncio.TimeoutError:
        show("cancelled", await conn.fetchval("select 5"))
    await conn.reload_schema_state()
    show("reset", await failing(conn.reset()))


async def reader(conn):
    show("+refused", await failing(conn.execute("insert into loaded values (1, 'x')")))
    show("+refused bound", await failing(conn.execute("insert into loaded values ($1, 'x')", 1)))
    show("+refused prepared", await failing(conn.prepare("delete from item where id = $1")))
    show("+refused many", await failing(conn.executemany("insert into loaded values ($1, $2)", [(1, "a"), (2, "b")])))
    show("+goes on", await conn.fetchval("select count(*) from item"))


async def writer(conn):
    transaction = conn.transaction()
    await transaction.start()
    show("copied in", await conn.copy_records_to_table("loaded", records=[(i, f"note {i}") for i in range(3000)]))
    await conn.executemany("insert into loaded values ($1, $2)", [(i, "many") for i in range(500)])
    show("written", await conn.fetchval("select count(*) from loaded"))
    parts = []

    async def take(data):
        parts.append(bytes(data))

    show("copied out", await conn.copy_from_query("select * from loaded where id < $1 order by id, note", 3, output=take))
    show("its bytes", b"".join(parts).decode())
    await transaction.rollback()
    show("rolled back", await conn.fetchval("select count(*) from loaded"))
    heard, notices = [], []
    conn.add_log_listener(lambda _, message: notices.append([message.severity, message.message]))
    await conn.add_listener("news", lambda _, pid, channel, payload: heard.append([channel, payload]))
    await conn.execute("notify news, 'paper'")
    await conn.execute("do $$ begin raise warning 'from code'; end $$")
    await asyncio.sleep(0.2)
    show("notified", [heard, notices])


async def main():
    conn = await connect()
    await common(conn)
    await (reader(conn) if WHO == "reader" else writer(conn))
    await conn.close()
    if WHO != "direct":
        show("+encrypted", True)


asyncio.run(main())
