import { describe, expect, it } from "vitest";
import { createValetKey, type ValetKeyOptions } from "../../index.ts";

const may = () => true;
const place = (): string => "tenants/acme";
const valid = {
  bucket: { name: "my-bucket", region: "eu-central-1" },
  database: "files.db",
  user: () => null,
  resources: { invoice: { may } },
};

const links = { secret: "a secret of the tests with 32 letters", baseUrl: "https://a.example", findUser: () => null };

function failure(options: unknown): Promise<Error> {
  return createValetKey(options as ValetKeyOptions).then(
    () => Promise.reject(new Error("The options were accepted")),
    (error) => error,
  );
}

describe("the options of an embedding", () => {
  it("one error of createValetKey names all missing options", async () => {
    const error = await failure({});
    expect(error).toBeInstanceOf(TypeError);
    for (const name of ["user", "bucket.name", "bucket.region", "database", "resources"]) {
      expect(error.message).toContain(`- ${name} is missing`);
    }
  });

  it.each([
    ["user", { user: undefined }, "user is missing"],
    ["a user that is no function", { user: { id: "ann" } }, "user is missing"],
    ["may", { resources: { invoice: {} } }, "resources.invoice.may is missing"],
    ["the may of one of two resources", { resources: { a: { may }, b: { may: true } } }, "resources.b.may is missing"],
    ["every resource", { resources: {} }, "resources is missing"],
    ["a resource", { resources: { invoice: undefined } }, "resources.invoice.may is missing"],
  ])("requirement 38: createValetKey refuses options without %s", async (_, change, message) => {
    expect((await failure({ ...valid, ...change })).message).toContain(message);
  });

  it.each([
    ["a name with a slash", { resources: { "a/b": { may } } }, "resources.a/b: the name must be"],
    ["a name of a route", { resources: { files: { may } } }, "resources.files: this name is reserved"],
    ["a type in upper case", { resources: { a: { may, accept: ["Image/PNG"] } } }, "resources.a.accept"],
    ["one text of types", { resources: { a: { may, accept: "image/png" } } }, "resources.a.accept"],
    ["an extension as a type", { resources: { a: { may, accept: [".pdf"] } } }, "resources.a.accept"],
    [
      "one text instead of types",
      { resources: { a: { may, accept: "application/pdf" } } },
      'resources.a.accept: an array of types in lower case, such as ["application/pdf", "image/*"], and no extensions',
    ],
    ["a size of zero", { resources: { a: { may, maxBytes: 0 } } }, "resources.a.maxBytes"],
    ["a size as a text", { resources: { a: { may, maxBytes: "1 MB" } } }, "resources.a.maxBytes"],
    ["an expiry of over a week", { resources: { a: { may, urlTtlSeconds: 604_801 } } }, "resources.a.urlTtlSeconds"],
    ["a hook that is no function", { resources: { a: { may, onReady: "log" } } }, "resources.a.onReady"],
    ["a base path with a slash at its end", { basePath: "/files/" }, "basePath"],
    ["an empty base path", { basePath: "" }, "basePath"],
    ["an origin with a path", { origins: ["https://app.example.com/"] }, "origins"],
    ["a scanner without a host", { scanner: {} }, "scanner.host is missing"],
    ["an empty host", { database: "postgres://one,/db" }, "database has an empty host between commas"],
    ["a schema in upper case", { schema: "Files" }, "schema"],
    ["a schema with a quote", { schema: 'a"b' }, "schema"],
    ["the name of the service", { application: "service" }, "application"],
    ["an endpoint that is no URL", { bucket: { ...valid.bucket, endpoint: "localhost" } }, "bucket.endpoint"],
    ["half of the keys", { bucket: { ...valid.bucket, credentials: { accessKeyId: "a" } } }, "bucket.credentials"],
    ["a quota as a text", { itemQuotaBytes: "1 GB" }, "itemQuotaBytes"],
    ["a negative quota of tenants", { tenantQuotaBytes: -1 }, "tenantQuotaBytes"],
    ["buckets as an array", { buckets: [], place }, "buckets: an object of buckets by name"],
    ["a name of a bucket with a slash", { buckets: { "a/b": valid.bucket }, place }, "buckets.a/b: the name"],
    ["a bucket without a region", { buckets: { eu: { name: "eu" } }, place }, "buckets.eu.region is missing"],
    ["one bucket with two names", { buckets: { eu: valid.bucket }, place }, "buckets: two buckets are"],
    ["buckets without place", { buckets: { eu: { name: "eu", region: "a" } } }, "buckets: needs the option place"],
    ["one text of origins", { origins: "app" }, "origins"],
    ["a text for background", { background: "false" }, "background"],
    ["links without a secret", { links: { ...links, secret: undefined } }, "links.secret"],
    ["a short secret of links", { links: { ...links, secret: "short" } }, "links.secret"],
    ["one text of old secrets", { links: { ...links, oldSecrets: links.secret } }, "links.oldSecrets"],
    ["links without a URL", { links: { ...links, baseUrl: "/files" } }, "links.baseUrl"],
    ["a URL of links with a query", { links: { ...links, baseUrl: "https://a.example/?a=b" } }, "links.baseUrl"],
    ["links without findUser", { links: { ...links, findUser: undefined } }, "links.findUser is missing"],
    ["a page of links without a token", { links: { ...links, pageUrl: links.baseUrl } }, "links.pageUrl"],
    ["an address of visitors", { links: { ...links, clientAddress: "::1" } }, "links.clientAddress"],
    ["nothing for links", { links: null }, "links.secret"],
    ["mayShare without links", { resources: { a: { may, mayShare: may } } }, "resources.a.mayShare: needs the option"],
    ["a text for mayShare", { links, resources: { a: { may, mayShare: "yes" } } }, "resources.a.mayShare: must be"],
    [
      "a name of a route of links",
      { links, resources: { public: { may } } },
      "resources.public: this name is reserved",
    ],
    ["a wrong tooLarge", { scanner: { host: "clamd", tooLarge: "skip" } }, "scanner.tooLarge"],
  ])("createValetKey refuses options with %s", async (_, change, message) => {
    expect((await failure({ ...valid, ...change })).message).toContain(`- ${message}`);
  });

  it.each([
    [{ databse: "files.db" }, 'unknown option "databse", did you mean "database"?'],
    [{ BasePath: "/files" }, 'unknown option "BasePath", did you mean "basePath"?'],
    [{ bucket: { ...valid.bucket, regoin: "x" } }, 'unknown option "bucket.regoin", did you mean "region"?'],
    [
      { bucket: { ...valid.bucket, credentials: { accessKeyID: "a", secretAccessKey: "b" } } },
      'unknown option "bucket.credentials.accessKeyID", did you mean "accessKeyId"?',
    ],
    [{ links: { ...links, baseURL: "x" } }, 'unknown option "links.baseURL", did you mean "baseUrl"?'],
    [{ scanner: { host: "a", prot: 3_310 } }, 'unknown option "scanner.prot", did you mean "port"?'],
    [
      { resources: { invoice: { may, maxByte: 1 } } },
      'unknown option "resources.invoice.maxByte", did you mean "maxBytes"?',
    ],
    [{ colour: "red" }, 'unknown option "colour", the options are bucket, buckets, database'],
    [JSON.parse('{ "__proto__": {} }'), 'unknown option "__proto__", the options are'],
  ])("createValetKey refuses the unknown option in %j, and suggests a known option", async (change, message) => {
    const options = Object.defineProperties({}, Object.getOwnPropertyDescriptors(valid));
    Object.defineProperties(options, Object.getOwnPropertyDescriptors(change));
    const error = await failure(options);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`- ${message}`);
  });

  it("createValetKey accepts credentials that the AWS SDK has extended", async () => {
    const credentials = { accessKeyId: "a", secretAccessKey: "b", $source: {}, expiration: new Date(), accountId: "1" };
    const { message } = await failure({ ...valid, database: "", bucket: { ...valid.bucket, credentials } });
    expect(message).toBe(
      "createValetKey: wrong options.\n- database is missing: a postgres:// URL, or the path of a SQLite file",
    );
  });

  it.each([undefined, null, 1, "files.db"])(
    "createValetKey refuses the options %j with a list of the missing options",
    async (options) => {
      expect((await failure(options)).message).toContain("- database is missing");
    },
  );
});
