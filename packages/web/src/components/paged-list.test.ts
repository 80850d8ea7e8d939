import type { ComponentProps } from "react";
import { jsx } from "react/jsx-runtime";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { PagedList } from "./paged-list.tsx";

type List = ComponentProps<typeof PagedList<string>>["list"];

function show({ hasNextPage }: { hasNextPage: boolean }): string {
  const list = { isPending: false, data: { pages: [{ items: [] }] }, hasNextPage } as unknown as List;
  return renderToStaticMarkup(
    jsx(PagedList<string>, { list, label: "Links", failed: "Failed", empty: "No links", children: String }),
  );
}

it("a list does not say that it is empty while the list has more pages", () => {
  expect(show({ hasNextPage: true })).not.toContain("No links");
  expect(show({ hasNextPage: false })).toContain("No links");
});
