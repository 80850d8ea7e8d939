import { describe, expect, it } from "vitest";
import { createConnection } from "./connection.ts";

describe("the connection to the service", () => {
  it.each([
    [undefined, "down"],
    [502, "down"],
    [503, "down"],
    [504, "down"],
    [200, "online"],
    [401, "online"],
    [500, "online"],
  ])("after a response with status %s is %s", (status, state) => {
    const connection = createConnection(true);
    connection.report(status);
    expect(connection.$state.get()).toBe(state);
  });

  it("recovers with the next response", () => {
    const connection = createConnection(true);
    connection.report(undefined);
    connection.report(200);
    expect(connection.$state.get()).toBe("online");
  });

  it("is offline while the browser has no network", () => {
    const connection = createConnection(false);
    connection.report(undefined);
    expect(connection.$state.get()).toBe("offline");
    connection.setOnline(true);
    expect(connection.$state.get()).toBe("down");
  });
});
