#!/usr/bin/env python3
"""Who may do what to which table: the database as migrated against a list that people can read.

tests/golden/grants.txt has a line for each table or view and each login role that may touch it.
`test_grants.py --write` writes it anew; read the difference before you commit it.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = ROOT / "tests" / "golden" / "grants.txt"
POSTGRES = Path("/usr/lib/postgresql/15/bin")
SCHEMAS = ("common", "ledger", "audit", "intake", "matching", "scheduling", "notification",
           "evaluation", "desk")

TABLES = """
    select n.nspname || '.' || c.relname as name, r.rolname as role,
        array_to_string(array(select verb
            from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references',
                'trigger']) verb where has_table_privilege(r.oid, c.oid, verb)), ' ') as verbs,
        array(select verb || '(' || string_agg(a.attname, ', ' order by a.attname) || ')'
            from unnest(array['select', 'insert', 'update']) verb
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where not has_table_privilege(r.oid, c.oid, verb)
                and has_column_privilege(r.oid, c.oid, a.attnum, verb)
            group by verb order by verb) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join (select oid, rolname from pg_roles where rolcanlogin and rolname like 'gruppstod_%%')
        r
    where n.nspname = any(%s) and c.relkind in ('r', 'v', 'p')
    order by n.nspname, c.relname, r.rolname"""
FUNCTIONS = """
    select n.nspname || '.' || p.proname || '()', r.rolname
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    cross join (select oid, rolname from pg_roles where rolcanlogin and rolname like 'gruppstod_%%')
        r
    where n.nspname = any(%s) and p.prosecdef and has_function_privilege(r.oid, p.oid, 'execute')
    order by 1, 2"""


class Database:
    """A private cluster with every migration, as the superuser of it."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gs"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.command("initdb", "-D", self.folder / "pg", "-U", "postgres", "-A", "trust", "-N",
                     "-E", "UTF8", "--locale=C.UTF-8")
        self.command("pg_ctl", "-D", self.folder / "pg", "-w", "-l", self.folder / "log", "-o",
                     f"-k {self.folder} -c listen_addresses= -c fsync=off", "start")
        self.connection = psycopg2.connect(host=str(self.folder), dbname="postgres",
                                           user="postgres")
        for path in sorted((ROOT / "schemas" / "sql").glob("[0-9]*.sql")):
            self.ask(path.read_text(encoding="utf-8").replace("%", "%%"))
            self.connection.commit()

    @staticmethod
    def command(program, *arguments):
        drop = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
        subprocess.run([*drop, POSTGRES / program, *map(str, arguments)], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)

    def ask(self, sql, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def close(self):
        self.connection.close()
        self.command("pg_ctl", "-D", self.folder / "pg", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def lines_of(database):
    lines = []
    for table, role, verbs, columns in database.ask(TABLES, list(SCHEMAS)):
        may = " ".join(filter(None, [verbs, *columns]))
        if may:
            lines.append(f"{table:36} {role.removeprefix('gruppstod_'):13} {may}")
    for function, role in database.ask(FUNCTIONS, list(SCHEMAS)):
        lines.append(f"{function:36} {role.removeprefix('gruppstod_'):13} execute")
    return lines


class Grants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = Database()
        cls.addClassCleanup(cls.database.close)

    def test_the_matrix_is_the_one_on_paper(self):
        paper = [line for line in LIST.read_text(encoding="utf-8").splitlines()
                 if line and not line.startswith("#")]
        self.maxDiff = None
        self.assertEqual(paper, lines_of(self.database))

    def test_nobody_who_logs_in_owns_anything(self):
        self.assertEqual([], self.database.ask(
            "select c.relname from pg_class c join pg_roles r on r.oid = c.relowner"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any(%s) and r.rolcanlogin", list(SCHEMAS)))

    def test_nobody_who_logs_in_is_more_than_a_user(self):
        self.assertEqual([], self.database.ask(
            "select rolname from pg_roles where rolname like 'gruppstod\\_%%' and rolcanlogin"
            " and (rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or rolreplication)"))

    def test_each_daemon_writes_its_own_schema_only(self):
        for daemon in ("intake", "matching", "scheduling", "notification", "evaluation"):
            written = self.database.ask(
                "select n.nspname || '.' || c.relname from pg_class c"
                " join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname = any(%s) and n.nspname not in (%s, 'ledger', 'audit')"
                " and c.relkind = 'r' and (has_any_column_privilege(%s, c.oid, 'insert, update')"
                " or has_table_privilege(%s, c.oid, 'delete'))",
                list(SCHEMAS), daemon, f"gruppstod_{daemon}", f"gruppstod_{daemon}")
            self.assertEqual([], written, daemon)

    def test_identities_are_read_by_two_only(self):
        readers = self.database.ask(
            "select rolname from pg_roles where rolname like 'gruppstod\\_%%' and rolcanlogin"
            " and (has_column_privilege(rolname, 'intake.person', 'sealed', 'select')"
            " or has_column_privilege(rolname, 'intake.contact_v', 'sealed', 'select'))")
        self.assertEqual([("gruppstod_notification",)], readers)
        reveal = self.database.ask(
            "select rolname from pg_roles where rolname like 'gruppstod\\_%%' and rolcanlogin"
            " and has_function_privilege(rolname, 'intake.read_identity(uuid, uuid, text)',"
            " 'execute')")
        self.assertEqual([("gruppstod_desk_case",)], reveal)

    def test_each_table_says_what_it_is_for_and_whose(self):
        bare = self.database.ask(
            "select n.nspname || '.' || c.relname from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any(%s) and c.relkind = 'r'"
            " and obj_description(c.oid, 'pg_class') is null", list(SCHEMAS))
        self.assertEqual([], bare)
        local = ("common.migration", "common.civil_clock", "ledger.lease", "ledger.control")
        homeless = self.database.ask(
            "select n.nspname || '.' || c.relname as name from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = any(%s) and c.relkind = 'r'"
            " and not exists (select from pg_attribute a"
            " where a.attrelid = c.oid and a.attname = 'municipality_id')", list(SCHEMAS))
        self.assertEqual([], [name for name, in homeless if name not in local])


def write():
    database = Database()
    try:
        LIST.write_text("# Which login role may do what to which table, view or function.\n"
                        "# Written by tests/system/test_grants.py --write, read by people.\n"
                        + "\n".join(lines_of(database)) + "\n", encoding="utf-8")
    finally:
        database.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
