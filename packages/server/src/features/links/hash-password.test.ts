import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./hash-password.ts";

describe("the hash of a link password", () => {
  it("hashPassword uses Argon2id with the documented costs and a random salt", async () => {
    const [one, other] = await Promise.all([hashPassword("open sesame"), hashPassword("open sesame")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it("only the same text, in any Unicode form, matches the hash of a link password", async () => {
    const hash = await hashPassword("Zürich 2026");
    expect(await verifyPassword("Zürich 2026".normalize("NFD"), hash)).toBe(true);
    for (const wrong of ["zürich 2026", "Zürich 2026 ", ""]) expect(await verifyPassword(wrong, hash)).toBe(false);
  });

  it("verifyPassword accepts a hash of the reference implementation", async () => {
    const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    expect(await verifyPassword("password", hash)).toBe(true);
    expect(await verifyPassword("differentpassword", hash)).toBe(false);
  });

  it("verifyPassword checks the password of a link for many visitors at the same time", async () => {
    const hash = await hashPassword("open sesame");
    const tries = Array.from({ length: 6 }, (_, nth) => (nth % 2 === 0 ? "open sesame" : "wrong"));
    const results = await Promise.all(tries.map((text) => verifyPassword(text, hash)));
    expect(results).toEqual([true, false, true, false, true, false]);
  });
});
