import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import staticFiles from "@fastify/static";
import type { FastifyError, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { Type } from "typebox";
import { USUAL_LANGUAGE } from "../database/unions.ts";
import type { BrandPages } from "./brand-pages.ts";
import { notFound, sendProblem } from "./problem.ts";
import { pageLanguage } from "./reader-language.ts";
import type { App } from "./routes.ts";

const Welcome = Type.Object({ name: Type.String(), docs: Type.String(), openapi: Type.String() });

/** Sends the web app to a browser that opens `/`, and a list of URLs to other clients. */
export function pageRoutes(app: App, { publicUrl, webApp }: { publicUrl: string; webApp: WebApp | undefined }): void {
  const at = (path: string): string => new URL(path, publicUrl).href;
  const welcome = { name: "Valet Key", docs: at("/docs"), openapi: at("/openapi.json") };
  const schema = { hide: true, response: { 200: Welcome } };
  app.get("/", { schema, ...(webApp && { onRequest: pageHook(webApp, "/") }) }, () => welcome);
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** True for routes that only the web app has. For a missing path below such a route, the service returns a page. */
    isPage?: boolean;
  }
}

/** The paths that only the web app has. The paths `/`, `/activity` and `/links` exist in the web app and in the API. */
const PAGES = [
  "/n/:noteId",
  "/shared",
  "/deleted",
  "/attach",
  "/settings",
  "/settings/account",
  "/settings/security",
  "/settings/mails",
  "/settings/appearance",
  "/settings/storage",
  "/settings/tokens",
  "/settings/doctor",
  "/settings/webhooks",
  "/admin",
  "/sign-in",
  "/sign-up",
  "/forgot-password",
  "/new-email",
  "/new-password",
  "/confirm-email",
  "/invitation",
  "/terminal",
];
/** `index`: the web app for users. `landing`: the page of a link, for visitors without an account. The two pages have separate builds. */
type Page = "index" | "landing";
/** Matches the HTML files of the pages. The filename of a page that is not in English contains the code of its language. */
const PAGE_FILE = /^(?:index|landing)(?:\.([a-z]{2}))?\.html$/;
/** The icons of Valet Key, which browsers show in tabs and for the installed app. */
const ICON = /^(?:favicon\.ico|apple-touch-icon\.png|icon[^/]*\.(?:png|svg))$/;
const FONT = /^geist-latin-wght-normal.*\.woff2$/;
const HTML = "text/html; charset=utf-8";
// Files whose names start with a dot are private. A .br or .gz file is only sent in place of the uncompressed file, and never at its own
// URL.
const NOT_SERVED = /(?:^|[/\\])\.|\.(?:br|gz)$/;

export type WebApp = {
  /** The path of the typeface for Latin letters. Undefined: the build has none. */
  font: string | undefined;
  /** Sends the web app to a browser that opens a page. For other requests, sends nothing and returns false. */
  sendPage(request: FastifyRequest, reply: FastifyReply): boolean;
  /** Returns the "not found" page to a browser that opens a page. Returns undefined for other requests. */
  notFoundPage(request: FastifyRequest, reply: FastifyReply): Promise<string> | undefined;
};

type WebAppOptions = { root: string; publicUrl: string; brand: BrandPages };

/**
 * Serves the build of the web app from `root`. The names of files in /assets contain a hash, so browsers cache these files for a year.
 * Browsers revalidate all other files. The list of the other files is read only once, at startup. The page of a link contains no data of
 * the link. Each page is in the language of its reader.
 */
export function serveWebApp(app: App, { root, publicUrl, brand }: WebAppOptions): WebApp {
  const common = { dotfiles: "ignore", index: false, preCompressed: true, suppressWarning: true } as const;
  app.register(async (assets: App) => {
    // If the plugin refuses a path because of its spelling, the service returns the 404 of a missing file.
    assets.setErrorHandler((error: FastifyError, request, reply) =>
      sendProblem((error.statusCode ?? 500) < 500 ? notFound() : error, request, reply as FastifyReply),
    );
    await assets.register(staticFiles, {
      ...common,
      root: join(root, "assets"),
      prefix: "/assets/",
      decorateReply: false,
      maxAge: "365d",
      immutable: true,
    });
  });
  app.register(staticFiles, { ...common, root, serve: false, cacheControl: false });
  const sendFresh = (reply: FastifyReply, file: string) => reply.header("cache-control", "no-cache").sendFile(file);
  const languages = languagesOf(root);
  const read = (page: Page, { headers }: FastifyRequest) => {
    const language = pageLanguage(headers, languages);
    return readFile(join(root, language === USUAL_LANGUAGE ? `${page}.html` : `${page}.${language}.html`), "utf8");
  };
  const readIndex = async (request: FastifyRequest) => withBrand(await read("index", request), brand);
  async function sendIndex(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const text = await readIndex(request);
    // The ETag is a hash of the text. The plugin would use the size and time of a file, which can be the same for two languages.
    const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 20)}"`;
    reply.headers({ "cache-control": "no-cache", etag }).type(HTML);
    return request.headers["if-none-match"]?.includes(etag) ? reply.code(304).send() : reply.send(text);
  }
  app.register(async (pages: App) => {
    const schema = { hide: true };
    for (const url of PAGES) {
      pages.get(url, { schema, config: { isPage: true } }, (request, reply) =>
        sendIndex(request, reply.header("vary", LANGUAGE_HEADERS)),
      );
    }
    // The service worker of the installed web app handles the request to /attach (attach-worker.js). If the service worker does not run,
    // the service redirects to a page that asks the user for the files again.
    pages.post("/attach", {
      schema,
      config: { isPage: true },
      onRequest(_request, reply) {
        reply.redirect("/attach", 303);
      },
      handler() {
        throw notFound();
      },
    });
    pages.get("/s/:token", { schema, config: { isPage: true } }, async (request, reply) => {
      const { token } = request.params as { token: string };
      reply.headers(LANDING_HEADERS).type(HTML);
      return fillLanding(await read("landing", request), { token, publicUrl, brand });
    });
    for (const file of filesBesidePages(root)) {
      pages.get(`/${file}`, { schema }, async (_request, reply) => {
        if (ICON.test(file) && brand.icon !== undefined) return reply.redirect(brand.icon);
        if (!file.endsWith(".webmanifest")) return sendFresh(reply, file);
        const manifest = JSON.parse(await readFile(join(root, file), "utf8"));
        reply.header("cache-control", "no-cache").type("application/manifest+json; charset=utf-8");
        return reply.send(JSON.stringify({ ...manifest, ...brand.manifest }));
      });
    }
  });
  const font = readdirSync(join(root, "assets")).find((file) => FONT.test(file));
  return {
    font: font && `/assets/${font}`,
    sendPage(request, reply) {
      reply.header("vary", "accept");
      if (!opensPage(request)) return false;
      reply.header("vary", `accept, ${LANGUAGE_HEADERS}`);
      sendIndex(request, reply).catch((error) => reply.send(error));
      return true;
    },
    // The page has no ETag, because a browser would show an empty page after a 304.
    notFoundPage(request, reply) {
      if (!opensPage(request)) return undefined;
      reply.code(404).header("cache-control", "no-store").type(HTML);
      return readIndex(request);
    },
  };
}

/** Returns an onRequest hook that sends the web app to a browser that opens `url`. The hook must run before the authentication. */
export function pageHook({ sendPage }: WebApp, url: string): onRequestHookHandler {
  return (request, reply, done) => {
    if (request.routeOptions.url !== url || !sendPage(request, reply)) done();
  };
}

/** Returns whether a browser opens the URL as a page. Browsers send text/html in Accept only for pages. */
function opensPage({ method, headers }: FastifyRequest): boolean {
  return (method === "GET" || method === "HEAD") && headers.accept?.includes("text/html") === true;
}

/** These headers forbid caches and search engines to store the page of a link. */
const LANDING_HEADERS = { "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" };

/** Writes the token of the URL into the page of a link, for browsers without JavaScript. */
function fillLanding(
  page: string,
  { token, publicUrl, brand }: { token: string; publicUrl: string; brand: BrandPages },
): string {
  return (
    page
      .replaceAll("%ORIGIN%", () => new URL(publicUrl).origin)
      .replaceAll("%TOKEN%", () => encodeURIComponent(token))
      // The brand comes last, and its head after its header, because the name of the service may contain the text of a placeholder.
      .replace("%BRAND%", () => brand.header)
      .replace("</head>", () => `${brand.head}</head>`)
  );
}

/** Adds the brand to the head of a page, so that the web app can show the brand before its first request. */
function withBrand(page: string, { head, name }: BrandPages): string {
  if (head === "") return page;
  return page
    .replace("<title>Valet Key</title>", () => `<title>${name}</title>`)
    .replace("</head>", () => `${head}</head>`);
}

function filesBesidePages(root: string): string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll("\\", "/"))
    .filter((file) => !PAGE_FILE.test(file) && !file.startsWith("assets/") && !NOT_SERVED.test(file));
}

function languagesOf(root: string): ReadonlySet<string> {
  return new Set([USUAL_LANGUAGE, ...readdirSync(root).flatMap((file) => PAGE_FILE.exec(file)?.[1] ?? [])]);
}

/** The headers that decide the language of a response. */
const LANGUAGE_HEADERS = "accept-language, cookie";
