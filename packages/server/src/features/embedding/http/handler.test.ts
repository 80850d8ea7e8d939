import { describe, expect, it } from "vitest";
import { createFindPath } from "./handler.ts";

const ID = "01a215b6-f4e0-71ac-8f44-9423f98db11c";
const findPath = createFindPath({ basePath: "/files", resources: ["invoice"] });

describe("the path below the mount path", () => {
  it.each([
    ["/files/invoice/42", "/invoice/42"],
    ["/files/files/ID/url", "/files/ID/url"],
    ["/files/uploads/ID", "/uploads/ID"],
    // The framework has removed the mount path from the request path.
    ["/invoice/42", "/invoice/42"],
    ["/files/ID/url", "/files/ID/url"],
    ["/uploads/ID/complete", "/uploads/ID/complete"],
    // The routes are below another mount path.
    ["/api/v1/files/invoice/42", "/invoice/42"],
    ["/api/files/files/ID/url", "/files/ID/url"],
    ["/files/api/files/invoice/42", "/invoice/42"],
    // The ids of the request path look like a mount path.
    ["/files/invoice/files", "/invoice/files"],
    ["/files/invoice/files%2Finvoice%2F1", "/invoice/files%2Finvoice%2F1"],
    // The request path has neither a known resource nor a fixed name such as `uploads`.
    ["/files/contract/42", "/contract/42"],
    ["/contract/42", "/contract/42"],
    ["//evil.example/invoice/42", "/evil.example/invoice/42"],
    ["///invoice/42", "/invoice/42"],
  ])("for the request path %s, the path below the mount path is %s", (url, path) => {
    expect(findPath([url.replace("ID", ID)])).toBe(path.replace("ID", ID));
  });

  it("with an unknown mount path, the handler uses the path that the framework passes", () => {
    expect(findPath(["/documents/invoice/42", "/invoice/42"])).toBe("/invoice/42");
    expect(findPath([`/documents/files/${ID}/url`, `/files/${ID}/url`])).toBe(`/files/${ID}/url`);
  });

  it("the handler finds the path below a mount path with several segments", () => {
    const deep = createFindPath({ basePath: "/api/files", resources: ["invoice"] });
    expect(deep(["/api/files/invoice/42"])).toBe("/invoice/42");
    expect(deep(["/files/invoice/42"])).toBe("/invoice/42");
    expect(deep(["/invoice/42"])).toBe("/invoice/42");
  });
});
