import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { loadRenderer } from "../features/notes/markdown/markdown.tsx";
import { loadCode } from "../service/code.ts";
import { noteQuery, queryClient } from "../service/queries.ts";
import { requireNoSession, requireSession } from "./guards.ts";
import { FailedPage, MissingPage, PendingPage } from "./pages/status-pages.tsx";

/** If the code of a page fails to load, an error appears. By default, the router reloads the document, which is blank offline. */
function lazyPage<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazyRouteComponent(() => loadCode(name, load), name);
}

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

const signIn = createRoute({
  getParentRoute: () => signedOut,
  path: "/sign-in",
  component: lazyPage(() => import("./pages/sign-in-page.tsx"), "SignInPage"),
});

const signUp = createRoute({
  getParentRoute: () => signedOut,
  path: "/sign-up",
  component: lazyPage(() => import("./pages/sign-up-page.tsx"), "SignUpPage"),
});

const loadShell = () => import("./shell.tsx");

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: (context) => {
    // Loads the code during the session check. The component reports a failure.
    loadShell().catch(() => undefined);
    return requireSession(context);
  },
  component: lazyPage(loadShell, "Shell"),
});

type ListSearch = { q?: string };
/** `file` is the id of the previewed attachment. The back button of the browser closes the preview. */
type NoteSearch = ListSearch & { file?: string };

const listSearch = ({ q }: Record<string, unknown>): ListSearch => (typeof q === "string" && q !== "" ? { q } : {});

const lists = createRoute({
  getParentRoute: () => signedIn,
  id: "lists",
  validateSearch: listSearch,
  component: lazyPage(() => import("./pages/lists-page.tsx"), "ListsPage"),
});

const owned = createRoute({
  getParentRoute: () => lists,
  path: "/",
  component: lazyPage(() => import("./pages/no-note-page.tsx"), "NoNotePage"),
});

const shared = createRoute({
  getParentRoute: () => lists,
  path: "/shared",
  component: lazyPage(() => import("./pages/no-note-page.tsx"), "NoNotePage"),
});

const note = createRoute({
  getParentRoute: () => lists,
  path: "/n/$noteId",
  validateSearch: ({ file, ...search }: Record<string, unknown>): NoteSearch => ({
    ...listSearch(search),
    ...(typeof file === "string" && { file }),
  }),
  // Loads the note while the pointer is on its link, because a list has only its snippet.
  loader: ({ params }) => void queryClient.prefetchQuery(noteQuery(params.noteId)),
  component: lazyPage(() => {
    // Loads the renderer together with the page. The text of the note handles a failure.
    loadRenderer().catch(() => undefined);
    return import("./pages/note-page.tsx");
  }, "NotePage"),
});

const links = createRoute({
  getParentRoute: () => signedIn,
  path: "/links",
  component: lazyPage(() => import("./pages/links-page.tsx"), "LinksPage"),
});

const activity = createRoute({
  getParentRoute: () => signedIn,
  path: "/activity",
  component: lazyPage(() => import("./pages/activity-page.tsx"), "ActivityPage"),
});

const settings = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings",
  component: lazyPage(() => import("./pages/settings-page.tsx"), "SettingsPage"),
});

const doctor = createRoute({
  getParentRoute: () => signedIn,
  path: "/settings/doctor",
  component: lazyPage(() => import("./pages/doctor-page.tsx"), "DoctorPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signedOut.addChildren([signIn, signUp]),
    signedIn.addChildren([lists.addChildren([owned, shared, note]), links, activity, settings, doctor]),
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
