import { LinkTokenParams, problems } from "@valetkey/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { USUAL_LANGUAGE } from "../../../platform/database/unions.ts";
import { HttpProblem, refusalOf } from "../../../platform/http/problem.ts";
import { readerLanguage } from "../../../platform/http/reader-language.ts";
import { type App, bodyIsOptional, operations, type RouteDeps } from "../../../platform/http/routes.ts";
import type { LinkVerbs } from "../index.ts";
import type { LinkedFile } from "../link.ts";
import type { Visitor } from "./claim.ts";
import { type DownloadTexts, downloadPage, downloadText, downloadTexts } from "./download-page.ts";
import type { Look } from "./look-at-link.ts";
import type { Pass, VisitorCookies } from "./pass.ts";
import { SEND_SCRIPT } from "./send-form.ts";

const MAX_FORM_BYTES = 4_096;
const FORM = "application/x-www-form-urlencoded";

const DownloadForm = Type.Object({
  password: Type.Optional(Type.String({ maxLength: 200 })),
  attachmentId: Type.Optional(Type.String({ maxLength: 36, description: "Needed when the link has several files" })),
  form: Type.Optional(
    Type.String({ maxLength: 1, description: "Sent by the page. Then a new use of a limited link needs confirm=yes" }),
  ),
  confirm: Type.Optional(Type.String({ maxLength: 10 })),
});

type DownloadForm = Static<typeof DownloadForm>;

const schemas = operations("visitors", {
  explainLinkDownload: {
    security: [] as [],
    summary: "Explain how to download, as a page without JavaScript or as text. Counts no download",
    params: LinkTokenParams,
    produces: ["text/html", "text/plain"],
    response: { 200: Type.String() },
  },
  downloadFromLink: {
    security: [] as [],
    summary: "Claim one file of a link and redirect to it, for curl and for browsers without JavaScript",
    params: LinkTokenParams,
    consumes: [FORM],
    body: DownloadForm,
    ...bodyIsOptional,
    response: { 303: Type.Null({ description: "Location is the URL of the file" }) },
  },
});

type Options = Pick<RouteDeps<LinkVerbs>, "useCases" | "publicUrl" | "clientIpOf" | "plainPages"> & {
  metrics: Pick<RouteDeps<LinkVerbs>["metrics"], "countUrls">;
  bucketOrigins: readonly string[];
  hasOtherPage: boolean;
  cookies: VisitorCookies;
  visitorOf: (request: FastifyRequest) => Visitor;
};

/** `chosen`: the file whose download the visitor must confirm. */
type Shown = { look: Look | undefined; problem?: string; chosen?: LinkedFile };
type Exchange = { token: string; request: FastifyRequest; reply: FastifyReply };

/** The routes GET and POST /s/:token/download. Only a POST counts as a claim. */
export function downloadRoutes(app: App, { useCases, metrics, publicUrl, clientIpOf, ...options }: Options): void {
  const { bucketOrigins, hasOtherPage, cookies, visitorOf, plainPages } = options;
  const policy = plainPages.policy(bucketOrigins, hasOtherPage ? undefined : SEND_SCRIPT);
  app.addContentTypeParser<string>(FORM, { parseAs: "string", bodyLimit: MAX_FORM_BYTES }, (_request, text, done) =>
    done(null, Object.fromEntries(new URLSearchParams(text))),
  );

  /** Stores the new pass of a visitor in a cookie, and uses the pass for the rest of the request. */
  function admitWith(pass: Pass, { request, reply }: Exchange): Visitor {
    cookies.setPass(reply, pass);
    return { ...visitorOf(request), sealedPass: () => useCases.sealPass(pass) };
  }

  /** Shows the link as a page to a browser, and as text to every other client. */
  async function show({ token, request, reply }: Exchange, view: Shown): Promise<FastifyReply> {
    if (opensPage(request)) {
      const { look } = view;
      const hasForm = !hasOtherPage && look?.state === "open" && look.link.kind === "upload";
      const visit = hasForm ? { link: look.link, visitorId: look.pass.visitorId } : undefined;
      const openRequest = visit && (await useCases.describeRequest(visit));
      reply.type("text/html; charset=utf-8").header("content-security-policy", policy);
      const page = downloadPage({ ...view, openRequest, hasOtherPage, words: wordsFor(request) });
      return reply.send(plainPages.render(page));
    }
    const url = `${new URL(publicUrl).href.replace(/\/$/, "")}/s/${encodeURIComponent(token)}/download`;
    return reply.type("text/plain; charset=utf-8").send(downloadText({ ...view, url }));
  }

  /** Shows an error to a browser as a page. If the visitor may open the link, the page also contains the form. */
  async function refuse(error: unknown, exchange: Exchange): Promise<FastifyReply> {
    const { token, request, reply } = exchange;
    const { code, detail, headers } = refusalOf(error);
    if (!opensPage(request) || code === "internal") throw error;
    const look = await useCases.lookAtLink(token, visitorOf(request)).catch(() => undefined);
    const problem = wordsFor(request).problems[code] ?? detail;
    return show({ ...exchange, reply: reply.code(problems[code].status).headers(headers) }, { look, problem });
  }

  async function claim(exchange: Exchange, form: DownloadForm): Promise<FastifyReply> {
    const { token, request, reply } = exchange;
    const words = wordsFor(request);
    const { attachmentId, password = "" } = form;
    const isOfPage = form.form !== undefined;
    let visitor = visitorOf(request);
    if (password !== "") {
      const pass = await useCases.unlockLink(token, { ...visitor, password });
      visitor = admitWith(pass, exchange);
    }
    const look = await useCases.lookAtLink(token, visitor);
    if (look.state === "locked") {
      throw look.by === "email"
        ? new HttpProblem("recipient_required", words.proveEmail)
        : new HttpProblem("wrong_password", words.sendPassword);
    }
    visitor = admitWith(look.pass, exchange);
    if (isOfPage && attachmentId === undefined && password !== "") return show(exchange, { look });
    if (attachmentId === undefined && (isOfPage || look.files.length > 1)) {
      return show({ ...exchange, reply: reply.code(400) }, { look, problem: words.chooseFirst });
    }
    const chosen = look.files.find(({ id }) => id === attachmentId?.toLowerCase());
    const isNewUse = look.link.maxClaims !== undefined && look.claim === undefined;
    if (isOfPage && chosen !== undefined && isNewUse && form.confirm !== "yes") return show(exchange, { look, chosen });
    const wanted = { attachmentIds: attachmentId === undefined ? undefined : [attachmentId] };
    const asked = { ...visitor, ...wanted, disposition: "attachment", purpose: "download" } as const;
    const { urls, pass } = await useCases.claimLink(token, { ...asked, clientIp: clientIpOf(request) });
    metrics.countUrls("issued", urls.length);
    admitWith(pass, exchange);
    return reply.redirect(urls[0]?.fileUrl as string, 303);
  }

  app.get(
    "/s/:token/download",
    { schema: schemas.explainLinkDownload, exposeHeadRoute: false },
    async (request, reply) => {
      const exchange = { token: request.params.token, request, reply };
      try {
        const look = await useCases.lookAtLink(exchange.token, visitorOf(request));
        if (look.state === "open") cookies.setPass(reply, look.pass);
        return await show(exchange, { look });
      } catch (error) {
        return refuse(error, exchange);
      }
    },
  );

  app.post("/s/:token/download", { schema: schemas.downloadFromLink }, async (request, reply) => {
    const exchange = { token: request.params.token, request, reply };
    try {
      return await claim(exchange, request.body);
    } catch (error) {
      return refuse(error, exchange);
    }
  });
}

/** Returns the texts in the language of the visitor. Programs such as curl send no language, and get English texts. */
function wordsFor({ headers }: FastifyRequest): DownloadTexts {
  return downloadTexts[readerLanguage(headers) ?? USUAL_LANGUAGE];
}

/** Returns whether a browser opens the URL as a page. Browsers send text/html in the header Accept only for pages. */
function opensPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes("text/html") === true;
}
