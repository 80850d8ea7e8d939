import { afterAll, beforeAll, onTestFinished, vi } from "vitest";
import { clientOf, type ServiceOptions, startService, type TestService } from "./service.ts";

type Options = ServiceOptions | (() => ServiceOptions | Promise<ServiceOptions>);

/**
 * Starts a service before the tests of the enclosing `describe`, and closes it after them. A test file can create clients immediately. All
 * other members are available only in hooks and tests.
 *
 * @param options a function if the options themselves come from an earlier hook
 * @example
 * const service = useService({ engine })
 * const ann = service.as("ann")
 */
export function useService(options: Options): TestService {
  let started: TestService | undefined;
  beforeAll(async () => {
    started = await startService(typeof options === "function" ? await options() : options);
  });
  afterAll(() => started?.close());

  function running(): TestService {
    if (started === undefined) throw new Error("The service has not started. Use it inside a test or a hook.");
    return started;
  }
  const app = () => running().app;
  const clients: Pick<TestService, "as" | "anonymous"> = {
    as: (userId) => clientOf(app, { userId }),
    anonymous: clientOf(app),
  };
  return new Proxy(clients as TestService, {
    get: (target, name) => (Object.hasOwn(target, name) ? Reflect.get(target, name) : Reflect.get(running(), name)),
  });
}

/**
 * Stops the clock of all services in the test process until the test ends. So no time window ends while a slow machine sends requests.
 * `advance` still moves the clock of one service.
 */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Starts a service for one test, and closes the service when the test finishes. */
export async function startServiceInTest(options: ServiceOptions): Promise<TestService> {
  const service = await startService(options);
  onTestFinished(() => service.close());
  return service;
}
