import { describe, expect, it } from "vitest";
import { createStatementNames } from "./pool.ts";

const SELECT = 'select "id", count(*) as "count" from "notes" where "id" = $1';

describe("the names of prepared statements", () => {
  it("the name of a prepared statement depends only on its SQL", () => {
    const { nameOf } = createStatementNames();
    expect(nameOf(SELECT)).toMatch(/^vk_[0-9a-f]{32}$/);
    expect(nameOf(SELECT)).toBe(createStatementNames().nameOf(SELECT));
    expect(nameOf(`${SELECT} limit $2`)).not.toBe(nameOf(SELECT));
  });

  it.each([
    ["a command", "begin"],
    ["all columns of a table", 'select * from "notes"'],
    ["all columns of a table among others", 'select "notes".*, "people"."name" from "notes"'],
    ["all columns, and then others", 'select *, "name" from "notes"'],
    ["all columns of a changed row", 'update "notes" set "title" = $1 returning *'],
    ["others, and then all columns of a changed row", 'delete from "notes" returning "id", *'],
    ["an insert of several rows", 'insert into "notes" ("id", "title") values ($1, $2), ($3, $4)'],
  ])("a statement of this kind gets no name and is not prepared: %s", (_what, sql) => {
    expect(createStatementNames().nameOf(sql)).toBeUndefined();
  });

  it.each([
    ["a count", SELECT],
    ["all columns of a query that lists them", 'select * from (select "id" from "notes") as "found"'],
    ["an insert of one row", 'insert into "notes" ("id", "title") values ($1, $2) on conflict ("id") do nothing'],
    ["several subqueries", 'select (select count(*) from "a"), (select "x" from "b") from "notes"'],
  ])("a statement of this kind gets a name and is prepared: %s", (_what, sql) => {
    expect(createStatementNames().nameOf(sql)).toBeDefined();
  });

  it("at most 500 prepared statements get a name", () => {
    const { nameOf } = createStatementNames();
    for (let nth = 0; nth < 500; nth++) expect(nameOf(`${SELECT} limit ${nth}`)).toBeDefined();
    expect(nameOf(SELECT)).toBeUndefined();
    expect(nameOf(`${SELECT} limit 0`)).toBeDefined();
  });

  it("after 100 lost names, a prepared statement gets no further name", () => {
    const { nameOf, renew } = createStatementNames();
    const names = new Set([nameOf(SELECT)]);
    for (let nth = 1; nth < 100; nth++) {
      const lost = nameOf(SELECT);
      for (let connection = 0; connection < 10; connection++) renew(SELECT, lost);
      names.add(nameOf(SELECT));
    }
    expect(names.size).toBe(100);
    renew(SELECT, nameOf(SELECT));
    expect(nameOf(SELECT)).toBeUndefined();
  });
});
