import { expect, it } from "vitest";
import { fromColumns, toColumns } from "./rows.ts";

const row = { id: "a", note_id: "b", link_expires_at: 1, checksum_sha256: "c", invited_by: null };
const members = { id: "a", noteId: "b", linkExpiresAt: 1, checksumSha256: "c", invitedBy: undefined };

it("fromColumns returns the columns of a row in camel case, with undefined for null", () => {
  expect(fromColumns(row)).toStrictEqual(members);
});

it("toColumns returns the members of an object as columns, with null for undefined", () => {
  const object = { ...members, another: 2 };
  expect(toColumns(object, ["id", "noteId", "linkExpiresAt", "checksumSha256", "invitedBy"])).toStrictEqual(row);
});
