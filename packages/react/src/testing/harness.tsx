import { type ReactNode, StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { ValetKeyProvider, type ValetKeyProviderProps } from "./everything.ts";

// The tests bundle this file with each version of React (see `load-harness.ts`).
export { createElement, version } from "react";
export * from "./everything.ts";
export { renderToString };

export type Mounted = { container: HTMLElement; problems: unknown[]; unmount(): void };

function inStrictMode(client: ValetKeyProviderProps["client"], children: ReactNode) {
  return (
    <StrictMode>
      <ValetKeyProvider client={client}>{children}</ValetKeyProvider>
    </StrictMode>
  );
}

export function mount(client: ValetKeyProviderProps["client"], children: ReactNode): Mounted {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  root.render(inStrictMode(client, children));
  return { container, problems: [], unmount: () => root.unmount() };
}

export function renderOnServer(client: ValetKeyProviderProps["client"], children: ReactNode): string {
  return renderToString(inStrictMode(client, children));
}

/**
 * Hydrates HTML from the server. The list `problems` has the differences that React found between the HTML of the server and of the
 * browser.
 */
export function hydrate(
  client: ValetKeyProviderProps["client"],
  { html, children }: { html: string; children: ReactNode },
): Mounted {
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = html;
  const problems: unknown[] = [];
  const onRecoverableError = (problem: unknown) => void problems.push(problem);
  const root = hydrateRoot(container, inStrictMode(client, children), { onRecoverableError });
  return { container, problems, unmount: () => root.unmount() };
}

function Probe({ use }: { use: () => void }) {
  use();
  return null;
}

export type RenderedHook<T> = Mounted & { readonly current: T };

/** Calls a hook in a component in strict mode. The member `current` is the latest result of the hook. */
export function renderHook<T>(client: ValetKeyProviderProps["client"], useHook: () => T): RenderedHook<T> {
  const results: T[] = [];
  const mounted = mount(client, <Probe use={() => void results.push(useHook())} />);
  return {
    ...mounted,
    get current() {
      return results.at(-1) as T;
    },
  };
}
