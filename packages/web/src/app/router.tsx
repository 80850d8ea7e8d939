import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { rendererQuery } from "../features/notes/markdown.tsx";
import { noteToStartWith } from "../service/choices.ts";
import { importWithRetry, loadCode } from "../service/lazy-code.ts";
import { noteQuery, queryClient, sessionQuery } from "../service/queries.ts";
import { requireNoSession, requireSession, takeLinkToken } from "./session.ts";
import { Shell } from "./shell.tsx";
import { FailedPage, MissingPage, PendingPage } from "./status-pages.tsx";

/**
 * Shows an error if the code of a page cannot be loaded. By default, the router would reload the document, and the browser would show a
 * blank page without a connection.
 */
function lazyPage<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazyRouteComponent(() => loadCode(name, () => importWithRetry(load)), name);
}

/** Makes a route for a page whose code loads on demand. */
const page = <const Parent extends AnyRoute, const Path extends string, Name extends string>(
  parent: Parent,
  path: Path,
  load: () => Promise<Record<Name, ComponentType>>,
  name: Name,
) => createRoute({ getParentRoute: () => parent, path, component: lazyPage(load, name) });

const root = createRootRoute({ component: Outlet });

const signedOut = createRoute({
  getParentRoute: () => root,
  id: "signed-out",
  validateSearch: ({ to, error }: Record<string, unknown>): { to?: string; error?: string } => ({
    ...(typeof to === "string" && { to }),
    ...(typeof error === "string" && { error }),
  }),
  beforeLoad: requireNoSession,
});

const signIn = page(signedOut, "/sign-in", () => import("../features/accounts/sign-in.tsx"), "SignInPage");
const signUp = page(signedOut, "/sign-up", () => import("../features/accounts/sign-up.tsx"), "SignUpPage");
const invitation = page(root, "/invitation", () => import("./pages/invitation-page.tsx"), "InvitationPage");
const forgotPassword = page(
  signedOut,
  "/forgot-password",
  () => import("../features/accounts/forgot-password.tsx"),
  "ForgotPassword",
);

const newPassword = createRoute({
  getParentRoute: () => root,
  path: "/new-password",
  beforeLoad: takeLinkToken,
  component: lazyPage(() => import("../features/accounts/new-password.tsx"), "NewPasswordPage"),
});

async function takeTokenAndSession(context: Parameters<typeof takeLinkToken>[0]): Promise<{ token: string }> {
  const taken = takeLinkToken(context);
  await queryClient.ensureQueryData({ ...sessionQuery, revalidateIfStale: true });
  return taken;
}

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: "/confirm-email",
  beforeLoad: takeTokenAndSession,
  component: lazyPage(() => import("../features/accounts/confirm-email.tsx"), "ConfirmEmailPage"),
});

const newEmail = createRoute({
  getParentRoute: () => root,
  path: "/new-email",
  beforeLoad: takeTokenAndSession,
  component: lazyPage(() => import("../features/accounts/confirm-email.tsx"), "NewEmailPage"),
});

const terminal = createRoute({
  getParentRoute: () => root,
  path: "/terminal",
  beforeLoad: requireSession,
  component: lazyPage(() => import("../features/accounts/confirm-terminal.tsx"), "ConfirmTerminal"),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  async beforeLoad(context) {
    await requireSession(context);
    const noteId = noteToStartWith(context.location);
    if (noteId !== undefined) throw redirect({ to: "/n/$noteId", params: { noteId }, replace: true });
  },
  component: Shell,
});

type ListSearch = { q?: string };
/**
 * `file` is the id of the attachment in the preview. The URL contains this id, so that the back button of the browser closes the preview.
 */
type FileSearch = ListSearch & { file?: string };

const listSearch = ({ q }: Record<string, unknown>): ListSearch => (typeof q === "string" && q !== "" ? { q } : {});

const fileSearch = ({ file, ...search }: Record<string, unknown>): FileSearch => ({
  ...listSearch(search),
  ...(typeof file === "string" && { file }),
});

const lists = createRoute({
  getParentRoute: () => signedIn,
  id: "lists",
  validateSearch: listSearch,
  component: lazyPage(() => import("./pages/lists-page.tsx"), "ListsPage"),
});

const owned = page(lists, "/", () => import("./pages/no-note-page.tsx"), "NoNotePage");

const shared = createRoute({
  getParentRoute: () => lists,
  path: "/shared",
  validateSearch: fileSearch,
  component: lazyPage(() => import("./pages/no-note-page.tsx"), "NoNotePage"),
});

const note = createRoute({
  getParentRoute: () => lists,
  path: "/n/$noteId",
  validateSearch: fileSearch,
  // A list contains only a snippet of each note. So the router loads the note when the pointer is over a link to the note.
  loader: ({ params }) => void queryClient.prefetchQuery(noteQuery(params.noteId)),
  component: lazyPage(() => {
    // The Markdown renderer loads together with the page. If the renderer can't be loaded, the note shows its source as plain text.
    const renderer = queryClient.prefetchQuery(rendererQuery);
    return import("./pages/note-page.tsx").finally(() => renderer);
  }, "NotePage"),
});

const links = page(signedIn, "/links", () => import("../features/links/own-links.tsx"), "LinksPage");
const activity = page(signedIn, "/activity", () => import("../features/activity/activity-feed.tsx"), "ActivityPage");
const deleted = page(signedIn, "/deleted", () => import("../features/trash/trash-list.tsx"), "DeletedPage");
const attach = page(signedIn, "/attach", () => import("./pages/attach-page.tsx"), "AttachPage");
const settings = page(signedIn, "/settings", () => import("./pages/settings-page.tsx"), "SettingsPage");
const settingsOverview = page(settings, "/", () => import("./pages/settings-page.tsx"), "SettingsOverview");
const settingsPart = page(settings, "$part", () => import("./pages/settings-page.tsx"), "SettingsPart");
const doctor = page(signedIn, "/settings/doctor", () => import("../features/doctor/doctor-report.tsx"), "DoctorPage");
const webhooks = page(settings, "webhooks", () => import("../features/webhooks/webhooks.tsx"), "WebhooksPage");

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: "/admin",
  validateSearch: ({ tab }: Record<string, unknown>): { tab?: string } => (typeof tab === "string" ? { tab } : {}),
  component: lazyPage(() => import("./pages/administration-page.tsx"), "AdministrationPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signedOut.addChildren([signIn, signUp, forgotPassword]),
    newPassword,
    confirmEmail,
    newEmail,
    invitation,
    terminal,
    signedIn.addChildren([
      lists.addChildren([owned, shared, note]),
      links,
      activity,
      deleted,
      attach,
      settings.addChildren([settingsOverview, settingsPart, webhooks]),
      doctor,
      admin,
    ]),
  ]),
  defaultPreload: "intent",
  defaultPendingMs: 150,
  defaultPendingComponent: PendingPage,
  defaultErrorComponent: FailedPage,
  defaultNotFoundComponent: MissingPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
