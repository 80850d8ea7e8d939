import { describe, expect, it, vi } from "vitest";
import { createConnection, onRecovery } from "./connection.ts";

describe("the connection to the service", () => {
  it.each([
    [undefined, "down"],
    [502, "down"],
    [503, "down"],
    [504, "down"],
    [200, "online"],
    [401, "online"],
    [500, "online"],
  ])("the status of a response decides the state of the connection (%s: %s)", (status, state) => {
    const connection = createConnection(true);
    connection.report(status);
    expect(connection.$state.get()).toBe(state);
  });

  it("the connection is online again after the next response", () => {
    const connection = createConnection(true);
    connection.report(undefined);
    connection.report(200);
    expect(connection.$state.get()).toBe("online");
  });

  it("the connection is offline while the browser has no network", () => {
    const connection = createConnection(false);
    connection.report(undefined);
    expect(connection.$state.get()).toBe("offline");
    connection.setOnline(true);
    expect(connection.$state.get()).toBe("down");
  });

  it("after outages, the page reloads its data at most once in 30 seconds", () => {
    vi.useFakeTimers();
    const connection = createConnection(true);
    const reload = vi.fn();
    onRecovery(connection, reload);
    const fail = () => [503, 200].forEach(connection.report);
    fail();
    vi.advanceTimersByTime(1);
    expect(reload).toHaveBeenCalledTimes(1);
    for (let times = 0; times < 9; times++) fail();
    vi.advanceTimersByTime(20_000);
    expect(reload).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(reload).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});
