import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionTokenReader } from "./session-cookie.ts";

const secret = "a secret of the test with 32 letters";
const read = sessionTokenReader({ secret, publicUrl: "http://localhost:3000" });
const name = "valetkey.session_token";

function signed(token: string, by = secret): string {
  return `${token}.${createHmac("sha256", by).update(token).digest("base64")}`;
}

describe("the session token", () => {
  it("the service finds the session cookie among other cookies", () => {
    const cookie = `${name}=${encodeURIComponent(signed("abc"))}`;
    expect(read(cookie)).toBe("abc");
    expect(read(`theme=dark; ${cookie}; vk_link_1=x`)).toBe("abc");
  });

  it("the service reads no session token from a cookie with another name", () => {
    const value = encodeURIComponent(signed("abc"));
    expect(read(`__Host-${name}=${value}`)).toBeUndefined();
    const onHttps = sessionTokenReader({ secret, publicUrl: "https://files.example" });
    expect(onHttps(`${name}=${value}`)).toBeUndefined();
    expect(onHttps(`__Host-${name}=${value}`)).toBe("abc");
  });

  it("the service reads no session token from a cookie with a wrong signature", () => {
    for (const value of ["", ".", "abc", "abc.", ".abc", signed(""), signed("abc", `${secret}!`)]) {
      expect(read(`${name}=${encodeURIComponent(value)}`), value).toBeUndefined();
    }
  });

  it("the service reads no session token from a cookie with one changed character", () => {
    const value = signed("kQ3vX9sLw2TzB7nYcR5hJ0pFgD8mA1eU");
    const change = fc.record({ at: fc.nat(value.length - 1), to: fc.string({ minLength: 1, maxLength: 1 }) });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        fc.pre(value[at] !== to);
        const changed = value.slice(0, at) + to + value.slice(at + 1);
        expect(read(`${name}=${encodeURIComponent(changed)}`)).toBeUndefined();
      }),
    );
  });
});
