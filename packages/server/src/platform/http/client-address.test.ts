import fastify from "fastify";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { openAccounts } from "../../testing/auth/accounts-app.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { startServiceInTest, stopClock } from "../../testing/use-service.ts";
import { addClientAddress, networkOf, type TrustProxy, trustsProxy } from "./client-address.ts";

/** Creates an application that returns the IP address of the client. `log`: the lines of the application's log. */
function openApp(trustProxy: TrustProxy) {
  const log: string[] = [];
  const stream = { write: (line: string) => log.push(line) };
  const app = fastify({ trustProxy: trustsProxy(trustProxy), logger: { level: "warn", stream } });
  addClientAddress(app);
  app.get("/", async ({ clientAddress }) => ({ clientAddress }));
  const addressFor = async (forwardedFor: string, remoteAddress = "10.0.0.1") => {
    const headers = { "x-forwarded-for": forwardedFor };
    return (await app.inject({ method: "GET", url: "/", headers, remoteAddress })).json().clientAddress;
  };
  return { addressFor, log };
}

const oneHop = (_address: string, hop: number) => hop < 1;
const twoHops = (_address: string, hop: number) => hop < 2;

describe("the IP address of a client", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7:49152", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[::ffff:192.0.2.7]:49152", "192.0.2.7"],
    ["2001:DB8::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:49152", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["[fe80::1%eth0]:49152", "fe80::1"],
    ["203.0.113.7, 192.0.2.7:49152", "192.0.2.7"],
  ])("with X-Forwarded-For %s from a trusted proxy, a client has the IP address %s", async (header, address) => {
    expect(await openApp(oneHop).addressFor(header)).toBe(address);
  });

  it("the service finds the IP address of a client behind two proxies that send ports", async () => {
    const header = "203.0.113.7, 192.0.2.7:49152, 10.0.0.2:4321";
    expect(await openApp(twoHops).addressFor(header)).toBe("192.0.2.7");
    expect(await openApp(["10.0.0.0/8"]).addressFor(header)).toBe("192.0.2.7");
  });

  it.each(["unknown", "192.0.2", "192.0.2.7:http", "[2001:db8::1", "2130706433", "_hidden", "192.0.2.7:1:2"])(
    "with the invalid X-Forwarded-For %s, a client has the IP address of the proxy",
    async (header) => {
      for (const trustProxy of [oneHop, ["10.0.0.0/8"]]) {
        expect(await openApp(trustProxy).addressFor(`203.0.113.7, ${header}`)).toBe("10.0.0.1");
      }
    },
  );

  it("the service logs an invalid X-Forwarded-For only once", async () => {
    const { addressFor, log } = openApp(oneHop);
    await addressFor("192.0.2.7:49152");
    expect(log).toEqual([]);
    for (let nth = 0; nth < 3; nth += 1) await addressFor(`unknown-${nth}`.padEnd(5_000, "x"));
    expect(log).toHaveLength(1);
    expect(JSON.parse(log[0] ?? "").address).toMatch(/^unknown-0x{55}$/);
  });

  it("without a trusted proxy, the service ignores the header X-Forwarded-For", async () => {
    const { addressFor, log } = openApp(false);
    expect(await addressFor("unknown", "::ffff:10.0.0.1")).toBe("10.0.0.1");
    expect(log).toEqual([]);
  });
});

describe.each(engines)("requirement 30: rate limits behind a proxy that sends ports, on $name", (engine) => {
  beforeEach(stopClock);

  it("behind a proxy that sends ports, one client can try only 10 wrong link passwords", async () => {
    const { app, db } = await startServiceInTest({ engine, app: { trustProxy: oneHop } });
    const { token } = await storeLink(db, { password: "open sesame" });
    const statuses: number[] = [];
    for (let nth = 0; nth < 25; nth += 1) {
      const headers = { "x-forwarded-for": `192.0.2.7:${49_152 + nth}` };
      const json = { password: "wrong" };
      statuses.push((await visitorOf(app).send(`POST /public/links/${token}/unlock`, { json, headers })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(403), ...Array(15).fill(429)]);
  });

  it("behind a proxy that sends ports, failed sign-ins do not block another client", async () => {
    const service = await openAccounts(engine, { trustProxy: true });
    onTestFinished(() => service.close());
    await service.signUp();
    const from = (client: string, email: string) =>
      service.signIn({ email, password: "wrong horse battery" }, { headers: { "x-forwarded-for": client } });
    for (let nth = 0; nth < 11; nth += 1) {
      const { statusCode } = await from(`192.0.2.7:${49_152 + nth}`, `person-${nth}@example.com`);
      expect(statusCode).toBe(nth < 10 ? 401 : 429);
    }
    expect((await from("192.0.2.8:49152", "person-20@example.com")).statusCode).toBe(401);
  });
});

describe("requirement 30: the network for the rate limits of an IP address", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["::ffff:c000:207", "192.0.2.7"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
    ["fe80::1%eth0", "fe80::/64"],
    ["no address", "no address"],
  ])("the rate limits count the IP address %s as the network %s", (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
