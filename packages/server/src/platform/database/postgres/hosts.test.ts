import { expect, test } from "vitest";
import { faultOfUrl, hostsOf, mapUrls, urlsOf } from "./hosts.ts";

test.each<[string, string[]]>([
  ["postgres://ann@one/db", ["postgres://ann@one/db"]],
  ["postgres://ann@one:1,two/db?ssl=true", ["postgres://ann@one:1/db?ssl=true", "postgres://ann@two/db?ssl=true"]],
  ["postgres://ann:a,b%40c@one,[::1]:2/db", ["postgres://ann:a,b%40c@one/db", "postgres://ann:a,b%40c@[::1]:2/db"]],
  ["postgresql://one,two", ["postgresql://one", "postgresql://two"]],
  ["postgres:///db?host=/run/postgresql", ["postgres:///db?host=/run/postgresql"]],
])("the database URL %s is split into one URL for each host", (url, expected) => {
  expect(urlsOf(url)).toEqual(expected);
  expect(faultOfUrl(url)).toBeUndefined();
});

test("a change of a database URL with several hosts keeps all hosts", () => {
  const url = "postgres://ann:secret@one:1,[::1]:2/db";
  expect(mapUrls(url, (one) => one.replace("secret", "***"))).toBe("postgres://ann:***@one:1,[::1]:2/db");
  expect(hostsOf(url)).toBe("one:1, [::1]:2");
});

test.each([
  ["postgres://one,/db", "has an empty host between commas"],
  ["postgres://one:1,two:x/db", "is not a postgres:// or postgresql:// URL"],
  ["postgres://ann:a@secret/x@one/db", "has an @ after the host, which must be %40"],
  ["postgres://ann:12/x@one/db", "has an @ after the host, which must be %40"],
  ["postgres://ann:12#x@one/db", "has an @ after the host, which must be %40"],
  ["postgres://ann@one/d@b", "has an @ after the host, which must be %40"],
  ["postgres://one,one:5432/db", "has a host twice with the same port"],
  ["postgres:///db?host=one,two", "has several hosts in the parameter host"],
  ["postgres://one/db?target_session_attrs=any", "has target_session_attrs=any, and needs read-write"],
  ["sqlite://one,two", "is not a postgres:// or postgresql:// URL"],
])("the service refuses the database URL %s", (url, fault) => {
  expect(faultOfUrl(url)).toBe(fault);
});

test("a database URL may require the primary with target_session_attrs", () => {
  expect(faultOfUrl("postgres://one,two/db?target_session_attrs=read-write")).toBeUndefined();
});
