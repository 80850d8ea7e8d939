import { expect, it } from "vitest";
import { zipName } from "./zip.ts";

const now = new Date(2026, 10, 3);

it.each([
  ["Summer fair", "Ann", "Summer fair.zip"],
  ["", "Ann Keller", "Files from Ann Keller 2026-11-03.zip"],
  ["", "", "Files 2026-11-03.zip"],
  ["../../etc/passwd", "Ann", "_.._etc_passwd.zip"],
  ['a\\b:c*d?e"f<g>h|i', "Ann", "a_b_c_d_e_f_g_h_i.zip"],
  ["\u202egnp.exe\r\n", "Ann", "_gnp.exe__.zip"],
  ["...", "Ann", "Files from Ann 2026-11-03.zip"],
  ["Ends with a dot. ", "Ann", "Ends with a dot.zip"],
  ["חוזה שכירות", "Ann", "חוזה שכירות.zip"],
  ["\u{1f3e1}".repeat(100), "Ann", `${"\u{1f3e1}".repeat(60)}.zip`],
])("the name of a link's ZIP comes from the link or its owner (label %j, owner %j: %j)", (label, sharedBy, name) => {
  expect(zipName({ label, sharedBy }, { now })).toBe(name);
  expect(Buffer.byteLength(name)).toBeLessThan(255);
});
