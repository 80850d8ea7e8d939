import { describe, expect, it } from "vitest";
import { requireSameOrigin } from "./session-cookie.ts";

const PUBLIC = "https://files.example";

function verdict(method: string, headers: Record<string, string>): string {
  try {
    requireSameOrigin({ method, headers }, PUBLIC);
    return "allowed";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("requirement 24: a request with the session cookie", () => {
  it.each([
    ["POST", { origin: PUBLIC }, "allowed"],
    ["POST", { "sec-fetch-site": "same-origin" }, "allowed"],
    ["GET", { origin: "https://evil.example" }, "allowed"],
    ["HEAD", {}, "allowed"],
    ["OPTIONS", {}, "allowed"],
    ["POST", {}, "cross_site_request"],
    ["PUT", {}, "cross_site_request"],
    ["PATCH", {}, "cross_site_request"],
    ["DELETE", {}, "cross_site_request"],
    ["POST", { origin: "https://evil.example" }, "cross_site_request"],
    ["POST", { origin: "null" }, "cross_site_request"],
    ["POST", { origin: "http://files.example" }, "cross_site_request"],
    ["POST", { origin: "https://files.example:8443" }, "cross_site_request"],
    ["POST", { origin: "https://files.example.evil.example" }, "cross_site_request"],
    ["POST", { origin: "https://evil.example", "sec-fetch-site": "same-origin" }, "cross_site_request"],
    ["POST", { "sec-fetch-site": "same-site" }, "cross_site_request"],
    ["POST", { "sec-fetch-site": "none" }, "cross_site_request"],
    ["POST", { referer: `${PUBLIC}/` }, "cross_site_request"],
  ])("a %s request with the session cookie and the headers %j gets the result %s", (method, headers, expected) => {
    expect(verdict(method, headers)).toBe(expected);
  });
});
