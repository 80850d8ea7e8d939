import { expect, it } from "vitest";
import { fromColumns, toColumns } from "./rows.ts";

const row = { id: "a", note_id: "b", link_expires_at: 1, checksum_sha256: "c", invited_by: null };
const members = { id: "a", noteId: "b", linkExpiresAt: 1, checksumSha256: "c", invitedBy: undefined };

it("fromColumns converts column names to camel case, and null to undefined", () => {
  expect(fromColumns(row)).toStrictEqual(members);
});

it("toColumns converts names to column names, and undefined to null", () => {
  const object = { ...members, another: 2 };
  expect(toColumns(object, ["id", "noteId", "linkExpiresAt", "checksumSha256", "invitedBy"])).toStrictEqual(row);
});
