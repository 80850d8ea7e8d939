import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Application, startApplication } from "../../../e2e/src/embedding/start-application.ts";
import type { FilesClient } from "./testing/everything.ts";
import { type Loaded, loadHarness } from "./testing/load-harness.ts";
import { MAJORS } from "./testing/versions.ts";

const textFile = (name: string, text = name) => new File([text], name, { type: "text/plain" });
let items = 0;
const newItem = () => {
  items += 1;
  return { resource: "invoice", itemId: `${items}` };
};

const MISSING = "00000000-0000-4000-8000-000000000000";

function Page({ react, item }: { react: Loaded; item: { resource: string; itemId: string } }) {
  const { files, add } = react.useUploads(item);
  const { src } = react.useFileUrl(MISSING);
  const { isPending } = react.useDownload();
  return react.createElement(react.Dropzone, { onFiles: add, children: `${files.length} ${src} ${isPending}` });
}

describe.each(MAJORS)("React %i", (major) => {
  let react: Loaded;
  let application: Application;
  /** The ids of the items to which the application denies access. */
  const closed = new Set<string>();
  beforeAll(async () => {
    application = await startApplication({ may: (_, __, id) => !closed.has(id) });
    react = await loadHarness(major);
  });
  afterAll(async () => {
    await react.close();
    await application.close();
  });

  /** Opens a client that calls `before` before each request. The list `sent` contains the method and path of each request. */
  function openClient(before: (method: string) => Promise<unknown> | undefined = () => undefined) {
    const sent: string[] = [];
    const client = react.openFiles({
      baseUrl: application.url,
      token: "ann",
      store: react.memoryStore(),
      fetch: async (input, init) => {
        const method = init?.method ?? "GET";
        sent.push(`${method} ${new URL(`${input}`).pathname}`);
        await before(method);
        return fetch(input, init);
      },
    });
    return { client, sent };
  }
  function renderHook<T>(client: FilesClient, useHook: () => T) {
    const rendered = react.renderHook(client, useHook);
    onTestFinished(() => rendered.unmount());
    return rendered;
  }
  const renderUploads = (client: FilesClient, options: Parameters<Loaded["useUploads"]>[0]) =>
    renderHook(client, () => react.useUploads(options));
  type Rendered = ReturnType<typeof renderUploads>;
  const shown = async (rendered: Rendered) => {
    await expect.poll(() => rendered.current?.add).toBeDefined();
    return rendered;
  };
  const statesOf = ({ current }: Rendered) => current.files.map(({ state }) => state);
  const listed = async (client: FilesClient, item: { resource: string; itemId: string }) =>
    (await client.list(item)).items.map(({ filename }) => filename);
  const upload = async (client: FilesClient, item: { resource: string; itemId: string }) =>
    client.upload(item, textFile("a.txt", "the file")).done;

  it("the tests load the intended React version", () => {
    expect(react.version).toMatch(new RegExp(`^${major}\\.`));
  });

  describe("useUploads", () => {
    it("useUploads uploads each file only once in React's strict mode", async () => {
      const { client, sent } = openClient();
      const item = newItem();
      const uploads = await shown(renderUploads(client, item));
      uploads.current.add([textFile("a.txt"), textFile("b.txt")]);
      await expect.poll(() => statesOf(uploads)).toEqual(["ready", "ready"]);
      expect(uploads.current.files[0]).toMatchObject({ name: "a.txt", sentBytes: 5, uploaded: { filename: "a.txt" } });
      expect(uploads.current.progress).toEqual({ sentBytes: 10, totalBytes: 10, isUploading: false });
      expect((await listed(client, item)).toSorted()).toEqual(["a.txt", "b.txt"]);
      expect(sent.filter((line) => line.startsWith("PUT"))).toHaveLength(2);
    });

    it("useUploads keeps the path of each file in a folder that the user picks", async () => {
      const { client } = openClient();
      const item = newItem();
      const uploads = await shown(renderUploads(client, item));
      const file = Object.defineProperty(textFile("a.txt"), "webkitRelativePath", { value: "photos/2024/a.txt" });
      uploads.current.add([file]);
      await expect.poll(() => statesOf(uploads)).toEqual(["ready"]);
      expect((await client.list(item)).items.map(({ path }) => path)).toEqual(["photos/2024/"]);
    });

    it("useUploads sends at most three large files in parallel", async () => {
      const { promise: permission, resolve: permit } = Promise.withResolvers<void>();
      const { client } = openClient((method) => (method === "PUT" ? permission : undefined));
      const uploads = await shown(renderUploads(client, newItem()));
      uploads.current.add(["a", "b", "c", "d", "e"].map((name) => textFile(name, "a".repeat(2 ** 20 + 1))));
      await expect.poll(() => statesOf(uploads)).toEqual(["sending", "sending", "sending", "queued", "queued"]);
      permit();
      await expect.poll(() => statesOf(uploads)).toEqual(["ready", "ready", "ready", "ready", "ready"]);
    });

    it("useUploads continues an upload after its component unmounts", async () => {
      const { client } = openClient();
      const item = newItem();
      const first = await shown(renderUploads(client, item));
      const { promise: uploaded, resolve: onUploaded } = Promise.withResolvers<unknown>();
      first.current.add([textFile("a.txt")], { onUploaded });
      first.unmount();
      expect(await uploaded).toMatchObject({ filename: "a.txt", state: "ready" });
      const second = await shown(renderUploads(client, item));
      expect(statesOf(second)).toEqual(["ready"]);
    });

    it("useUploads with cancelOnUnmount cancels its uploads when its component unmounts", async () => {
      const { promise: permission, resolve: permit } = Promise.withResolvers<void>();
      const { client, sent } = openClient((method) => (method === "PUT" ? permission : undefined));
      const item = newItem();
      const first = await shown(renderUploads(client, { ...item, cancelOnUnmount: true }));
      first.current.add([textFile("a.txt")]);
      await expect.poll(() => statesOf(first)).toEqual(["sending"]);
      first.unmount();
      permit();
      await expect.poll(() => sent.filter((line) => line.startsWith("DELETE"))).toHaveLength(1);
      expect(statesOf(await shown(renderUploads(client, item)))).toEqual([]);
      expect(await listed(client, item)).toEqual([]);
    });

    it("useUploads pauses and resumes an upload", async () => {
      let isHeld = true;
      const { promise: permission, resolve: permit } = Promise.withResolvers<void>();
      const { client } = openClient((method) => (method === "PUT" && isHeld ? permission : undefined));
      const uploads = await shown(renderUploads(client, newItem()));
      uploads.current.add([textFile("a.txt")]);
      await expect.poll(() => statesOf(uploads)).toEqual(["sending"]);
      uploads.current.pause();
      isHeld = false;
      permit();
      await expect.poll(() => statesOf(uploads)).toEqual(["paused"]);
      expect(uploads.current.progress.isUploading).toBe(false);
      uploads.current.resume();
      await expect.poll(() => statesOf(uploads)).toEqual(["ready"]);
    });

    it("useUploads retries a failed upload and removes its error", async () => {
      const { client } = openClient();
      const item = newItem();
      closed.add(item.itemId);
      const uploads = await shown(renderUploads(client, item));
      uploads.current.add([textFile("a.txt")]);
      await expect.poll(() => uploads.current.files[0]?.error?.code).toBe("access_denied");
      expect(statesOf(uploads)).toEqual(["failed"]);
      closed.delete(item.itemId);
      uploads.current.retry();
      await expect.poll(() => statesOf(uploads)).toEqual(["ready"]);
      expect(uploads.current.files[0]?.error).toBeUndefined();
    });

    it("cancel removes a ready file from the list of useUploads, not from the bucket", async () => {
      const { client } = openClient();
      const item = newItem();
      const uploads = await shown(renderUploads(client, item));
      uploads.current.add([textFile("a.txt")]);
      await expect.poll(() => statesOf(uploads)).toEqual(["ready"]);
      uploads.current.cancel(uploads.current.files[0]?.key);
      await expect.poll(() => statesOf(uploads)).toEqual([]);
      expect(await listed(client, item)).toEqual(["a.txt"]);
    });
  });

  describe("Preview", () => {
    const previews = [{ name: "small" as const, width: 320, height: 240 }];
    /** Makes a client that issues URLs of previews. The list `asked` contains the names of the requested previews. */
    function fakeClient(urlFor: (preview: string | undefined) => Promise<string>) {
      const asked: (string | undefined)[] = [];
      const { client } = openClient();
      const expiry = { expiresIn: 60, expiresAt: "2026-01-01T00:00:00Z" };
      const issuing = {
        ...client,
        urlFor: async (_: string, { preview }: { preview?: string } = {}) => {
          asked.push(preview);
          return { fileUrl: await urlFor(preview), ...expiry };
        },
      };
      return { client: issuing as FilesClient, asked };
    }
    const show = (client: FilesClient, file: { id: string; previews?: typeof previews }) => {
      const mounted = react.mount(
        client,
        react.createElement(react.Preview, { file, alt: "A photo", children: "icon" }),
      );
      onTestFinished(() => mounted.unmount());
      return mounted.container;
    };

    it("Preview reserves the size of the picture before the URL of the picture arrives", async () => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const { client, asked } = fakeClient(() => promise);
      const container = show(client, { id: MISSING, previews });
      await expect.poll(() => container.querySelector("img")?.getAttribute("width")).toBe("320");
      const image = container.querySelector("img");
      expect([image?.getAttribute("height"), image?.alt, image?.hasAttribute("src")]).toEqual([
        "240",
        "A photo",
        false,
      ]);
      resolve("data:,picture");
      await expect.poll(() => image?.getAttribute("src")).toBe("data:,picture");
      expect(asked).toEqual(["small"]);
    });

    it("Preview shows its children without a request if the file has no preview", async () => {
      const { client, asked } = fakeClient(async () => "data:,picture");
      const container = show(client, { id: MISSING });
      await expect.poll(() => container.textContent).toBe("icon");
      expect([container.querySelector("img"), asked]).toEqual([null, []]);
    });

    it("Preview shows its children if the service does not find the preview", async () => {
      const { client } = fakeClient(async () => {
        throw new react.ValetKeyError("preview_not_found", "", { status: 404 });
      });
      const container = show(client, { id: MISSING, previews });
      await expect.poll(() => container.textContent).toBe("icon");
    });

    it("usePreview returns the error preview_not_found if the file has no preview", async () => {
      const { client } = openClient();
      const { id } = await upload(client, newItem());
      const preview = renderHook(client, () => react.usePreview(id, "large"));
      await expect.poll(() => preview.current?.error?.code).toBe("preview_not_found");
    });
  });

  describe("useFileUrl", () => {
    const urlsOf = (id: string, sent: readonly string[]) => sent.filter((line) => line.endsWith(`${id}/url`)).length;

    const statusOf = async (url: string | undefined) => (await fetch(url ?? "data:,")).status;

    it("useFileUrl keeps the URL of a loaded element after the URL expires", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => url.current?.src).toBeDefined();
      const { src } = url.current;
      expect(url.current.isExpired()).toBe(false);
      await expect.poll(() => statusOf(src)).toBe(403);
      await expect.poll(() => url.current.isExpired()).toBe(true);
      expect(url.current).toMatchObject({ src, error: undefined });
      expect(urlsOf(id, sent)).toBe(1);
    });

    it("useFileUrl with renew = before-expiry replaces a URL before the URL expires", async () => {
      const { client } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id, { renew: "before-expiry", expiresIn: 1 }));
      const read = async () => (await fetch(url.current?.src ?? "data:,")).text();
      await expect.poll(read).toBe("the file");
      const first = url.current.src;
      await expect.poll(() => url.current.src !== first).toBe(true);
      await expect.poll(read).toBe("the file");
    });

    it("useFileUrl uses one valid URL for all components that show the same file", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const first = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => first.current?.src).toBeDefined();
      const second = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => second.current?.src).toBe(first.current.src);
      expect(urlsOf(id, sent)).toBe(1);
    });

    it("useFileUrl requests a new URL for a new component if the shared URL has expired", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const first = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => first.current?.src).toBeDefined();
      const { src } = first.current;
      await expect.poll(() => first.current.isExpired()).toBe(true);
      const second = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => urlsOf(id, sent)).toBe(2);
      await expect.poll(() => second.current?.src).toBeDefined();
      expect(second.current.src).not.toBe(src);
      expect(first.current.src).toBe(src);
    });

    it("useFileUrl requests only one URL in React's strict mode", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id));
      await expect.poll(() => url.current?.src).toBeDefined();
      expect(urlsOf(id, sent)).toBe(1);
    });

    it("useFileUrl requests no URL after its component unmounts", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const { id: otherId } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id, { renew: "before-expiry", expiresIn: 1 }));
      await expect.poll(() => url.current?.src).toBeDefined();
      url.unmount();
      const count = urlsOf(id, sent);
      renderHook(client, () => react.useFileUrl(otherId, { renew: "before-expiry", expiresIn: 1 }));
      await expect.poll(() => urlsOf(otherId, sent)).toBeGreaterThan(2);
      expect(urlsOf(id, sent)).toBe(count);
    });

    it("useFileUrl replaces an expired URL after the element reports an error", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => url.current?.src).toBeDefined();
      const first = url.current.src;
      await expect.poll(() => statusOf(first)).toBe(403);
      url.current.onError();
      url.current.onError();
      await expect.poll(() => url.current.src !== first).toBe(true);
      expect(await statusOf(url.current.src)).toBe(200);
      expect(urlsOf(id, sent)).toBe(2);
    });

    it("useFileUrl requests no new URL for a file that the element cannot show", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id));
      await expect.poll(() => url.current?.src).toBeDefined();
      url.current.onError();
      await expect.poll(() => url.current).toMatchObject({ src: undefined, error: { code: "not_displayable" } });
      expect(urlsOf(id, sent)).toBe(1);
      url.current.retry();
      await expect.poll(() => url.current.src).toBeDefined();
      expect(url.current.error).toBeUndefined();
    });

    it("useFileUrl requests a new URL if the connection of a media player fails", async () => {
      const { client, sent } = openClient();
      const { id } = await upload(client, newItem());
      const url = renderHook(client, () => react.useFileUrl(id));
      await expect.poll(() => url.current?.src).toBeDefined();
      const event = { currentTarget: { error: { code: 2 } } } as unknown as Parameters<typeof url.current.onError>[0];
      url.current.onError(event);
      await expect.poll(() => urlsOf(id, sent)).toBe(2);
      expect(url.current.error).toBeUndefined();
    });

    it("useFileUrl returns access_denied and no URL after the user loses access", async () => {
      const { client } = openClient();
      const item = newItem();
      const { id } = await upload(client, item);
      const url = renderHook(client, () => react.useFileUrl(id, { expiresIn: 1 }));
      await expect.poll(() => url.current?.src).toBeDefined();
      closed.add(item.itemId);
      await expect.poll(() => url.current.isExpired()).toBe(true);
      url.current.onError();
      await expect.poll(() => url.current).toMatchObject({ src: undefined, error: { code: "access_denied" } });
    });
  });

  describe("useDownload", () => {
    it("useDownload opens a URL with which the browser saves the file", async () => {
      const { client } = openClient();
      const { id } = await upload(client, newItem());
      const clicked: string[] = [];
      const onClick = (event: MouseEvent) => {
        event.preventDefault();
        clicked.push((event.target as HTMLAnchorElement).href);
      };
      document.addEventListener("click", onClick);
      onTestFinished(() => document.removeEventListener("click", onClick));
      const failures: string[] = [];
      const onError = ({ code }: { code: string }) => failures.push(code);
      const download = renderHook(client, () => react.useDownload({ onError }));
      await expect.poll(() => download.current?.download).toBeDefined();
      const save = async () => {
        await download.current.download(id);
        const response = await fetch(clicked.at(-1) ?? "");
        return `${response.headers.get("content-disposition")}: ${await response.text()}`;
      };
      await expect.poll(save).toMatch(/^attachment.*: the file$/);
      await download.current.download(MISSING);
      await expect.poll(() => download.current.error?.code).toBe("attachment_not_found");
      expect(failures).toEqual(["attachment_not_found"]);
      expect(download.current.isPending).toBe(false);
    });
  });

  /** Dispatches a drag event to an element. Returns whether a handler prevented the default action of the browser. */
  function dispatch(target: Element, { type, files = [] }: { type: string; files?: File[] }): boolean {
    const event = new window.Event(type, { bubbles: true, cancelable: true });
    const items = files.map((file) => ({ getAsFile: () => file }));
    target.dispatchEvent(Object.assign(event, { dataTransfer: { items, types: ["Files"] } }));
    return event.defaultPrevented;
  }

  describe("Dropzone", () => {
    type Props = Partial<Parameters<Loaded["Dropzone"]>[0]>;
    async function renderDropzone(props: Props = {}) {
      const added: string[] = [];
      const rejected: string[] = [];
      const { container, unmount } = react.mount(
        openClient().client,
        react.createElement(react.Dropzone, {
          onFiles: (files) => added.push(...files.map(({ name }) => name)),
          onRejected: (files) => rejected.push(...files.map(({ name }) => name)),
          className: "zone",
          children: "Drop files",
          ...props,
        }),
      );
      onTestFinished(unmount);
      await expect.poll(() => container.querySelector("label.zone")).not.toBeNull();
      const input = container.querySelector("input") as HTMLInputElement;
      const label = container.querySelector("label") as HTMLLabelElement;
      return { added, rejected, input, label };
    }

    it("a Dropzone renders a file input with a label", async () => {
      const { input, label } = await renderDropzone({ accept: "image/*" });
      expect(input).toMatchObject({ type: "file", accept: "image/*", multiple: true, disabled: false });
      expect(label.control).toBe(input);
      expect(label.textContent).toBe("Drop files");
      input.focus();
      expect(document.activeElement).toBe(input);
    });

    it("a Dropzone adds the files that the user picks", async () => {
      const { added, input } = await renderDropzone();
      Object.defineProperty(input, "files", { value: [textFile("a.txt"), textFile("b.txt")] });
      input.dispatchEvent(new window.Event("change", { bubbles: true }));
      expect(added).toEqual(["a.txt", "b.txt"]);
    });

    it("a Dropzone adds only the dropped files that have an accepted type", async () => {
      const { added, rejected, label } = await renderDropzone({ accept: ".TXT" });
      expect(dispatch(label, { type: "dragenter" })).toBe(true);
      expect(dispatch(label, { type: "dragover" })).toBe(true);
      await expect.poll(() => label.dataset.dragging).toBe("true");
      expect(dispatch(label, { type: "drop", files: [textFile("a.txt"), textFile("b.pdf")] })).toBe(true);
      expect({ added, rejected }).toEqual({ added: ["a.txt"], rejected: ["b.pdf"] });
      await expect.poll(() => label.dataset.dragging).toBeUndefined();
    });

    it("a Dropzone with multiple = false adds only the first dropped file", async () => {
      const { added, rejected, label } = await renderDropzone({ multiple: false });
      dispatch(label, { type: "drop", files: [textFile("a.txt"), textFile("b.txt")] });
      expect({ added, rejected }).toEqual({ added: ["a.txt"], rejected: ["b.txt"] });
    });

    it("a disabled Dropzone adds no files", async () => {
      const { added, input, label } = await renderDropzone({ disabled: true });
      expect(dispatch(label, { type: "drop", files: [textFile("a.txt")] })).toBe(true);
      expect({ added, isDisabled: input.disabled, data: label.dataset.disabled }).toEqual({
        added: [],
        isDisabled: true,
        data: "true",
      });
    });
  });

  describe("usePageDrop", () => {
    function renderPage(options: { disabled?: boolean; onDrop?: (data: DataTransfer) => void } = {}) {
      const added: string[] = [];
      const onFiles = (files: File[]) => added.push(...files.map(({ name }) => name));
      const page = renderHook(openClient().client, () => react.usePageDrop({ onFiles, ...options }));
      return { added, page };
    }
    const dropped = { type: "drop", files: [textFile("a.txt")] };

    it("usePageDrop adds files that the user drops anywhere on the page", async () => {
      const { added, page } = renderPage();
      await expect.poll(() => dispatch(document.body, { type: "dragenter" })).toBe(true);
      await expect.poll(() => page.current).toBe(true);
      expect(dispatch(page.container, { type: "dragenter" })).toBe(true);
      dispatch(document.body, { type: "dragleave" });
      expect(dispatch(page.container, dropped)).toBe(true);
      await expect.poll(() => page.current).toBe(false);
      expect(added).toEqual(["a.txt"]);
    });

    it("usePageDrop ignores files that the user drops on a Dropzone", async () => {
      const { added, page } = renderPage();
      await expect.poll(() => dispatch(document.body, { type: "dragenter" })).toBe(true);
      await expect.poll(() => page.current).toBe(true);
      const inZone: File[] = [];
      const zone = react.createElement(react.Dropzone, { onFiles: (files) => inZone.push(...files) });
      const { container, unmount } = react.mount(openClient().client, zone);
      onTestFinished(unmount);
      await expect.poll(() => container.querySelector("label")).not.toBeNull();
      dispatch(container.querySelector("label") as Element, dropped);
      await expect.poll(() => page.current).toBe(false);
      expect({ added, inZone: inZone.length }).toEqual({ added: [], inZone: 1 });
    });

    it("usePageDrop passes the dropped data to onDrop", async () => {
      const data: DataTransfer[] = [];
      const { added } = renderPage({ onDrop: (each) => data.push(each) });
      await expect.poll(() => dispatch(document.body, dropped)).toBe(true);
      expect({ added, types: data.at(-1)?.types }).toEqual({ added: [], types: ["Files"] });
    });

    it("a disabled usePageDrop prevents the browser from opening a dropped file", async () => {
      const { added, page } = renderPage({ disabled: true });
      await expect.poll(() => dispatch(document.body, dropped)).toBe(true);
      expect({ added, isDragging: page.current }).toEqual({ added: [], isDragging: false });
    });
  });

  it("React hydrates the server's HTML of the hooks without a mismatch", async () => {
    const { client, sent } = openClient();
    const item = newItem();
    const html = react.renderOnServer(client, react.createElement(Page, { react, item }));
    expect(html).toContain("0 undefined false");
    expect(sent).toEqual([]);
    const { container, problems, unmount } = react.hydrate(client, {
      html,
      children: react.createElement(Page, { react, item }),
    });
    onTestFinished(unmount);
    await expect.poll(() => sent).toHaveLength(1);
    expect(container.textContent).toBe("0 undefined false");
    expect(problems).toEqual([]);
  });

  it("useUploads throws an error for a client that openFiles did not create", () => {
    const client = react.createCalls({ baseUrl: application.url });
    const page = react.createElement(Page, { react, item: newItem() });
    expect(() => react.renderOnServer(client, page)).toThrow("client of openFiles");
  });

  it("a hook without a ValetKeyProvider throws an error that names the provider", () => {
    const page = react.createElement(Page, { react, item: newItem() });
    expect(() => react.renderToString(page)).toThrow("<ValetKeyProvider client={…}>");
  });
});
