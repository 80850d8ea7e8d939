import { resolve } from "node:path";
import { expect, it } from "vitest";
import { foldersFor } from "./folders.ts";

const HOME = resolve("/home/ann");

function foldersOf(...args: string[]) {
  const paths = args.map((path) => resolve(HOME, path));
  const folders = foldersFor(paths, HOME);
  return paths.map((path) => folders.get(path));
}

it.each([
  { title: "different names have no folder", args: ["x/a", "y/b"], folders: [undefined, undefined] },
  { title: "equal names have the folders of their paths", args: ["x/p", "y/p", "z"], folders: ["x/", "y/", undefined] },
  { title: "a name in the working folder has no folder", args: ["p", "y/p"], folders: [undefined, "y/"] },
  { title: "equal folders get a further folder", args: ["1/x/p", "2/x/p"], folders: ["1/x/", "2/x/"] },
  { title: "a path outside of the working folder", args: ["x/p", "../ben/p"], folders: ["x/", "ben/"] },
  { title: "paths above the working folder", args: ["../p", "../../p"], folders: ["home/", undefined] },
  { title: "a folder that Windows can't store", args: ["con/p", "y/p"], folders: ["1/", "2/"] },
  { title: "a folder with a line break", args: ["a\nb/p", "y/p"], folders: ["1/", "2/"] },
  { title: "an equal path elsewhere", args: ["x/p", "/x/p"], folders: ["ann/x/", "x/"] },
])("the command `valetkey send` chooses the folders of its files ($title)", ({ args, folders }) => {
  expect(foldersOf(...args)).toEqual(folders);
});
