import { expect, it } from "vitest";
import { createUniqueNames } from "./unique-names.ts";

it.each([
  [
    ["a.txt", "a.txt", "a.txt"],
    ["a.txt", "a (2).txt", "a (3).txt"],
  ],
  [
    ["a.txt", "A.TXT"],
    ["a.txt", "A (2).TXT"],
  ],
  [
    ["a.txt", "a (2).txt", "a.txt"],
    ["a.txt", "a (2).txt", "a (3).txt"],
  ],
  [
    [".env", ".env", "README", "README"],
    [".env", ".env (2)", "README", "README (2)"],
  ],
  [
    ["caf\u00e9.txt", "cafe\u0301.txt"],
    ["caf\u00e9.txt", "cafe\u0301 (2).txt"],
  ],
])("gives each of %j a unique name", (filenames, names) => {
  expect(filenames.map(createUniqueNames())).toEqual(names);
});
