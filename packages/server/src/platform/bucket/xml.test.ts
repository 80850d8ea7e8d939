import { expect, test } from "vitest";
import { element, elementsOf, textOf } from "./xml.ts";

test("the XML writer keeps all special characters of an object key", () => {
  const key = "a&amp;<b>\r\n\"'\u0001 ü😀";
  expect(textOf(element("Key", key), "Key")).toBe(key);
});

test("the XML reader decodes each entity in a text only once", () => {
  expect(textOf("<ETag>&quot;a&quot;&amp;lt;&#x41;&#66;</ETag>", "ETag")).toBe('"a"&lt;AB');
  expect(textOf("<Key/>", "Key")).toBeUndefined();
});

test("the XML reader finds elements only by their whole name", () => {
  const xml =
    "<List><PartNumberMarker>0</PartNumberMarker><Part><Size>1</Size></Part>\n<Part>\n<Size>2</Size></Part></List>";
  expect(elementsOf(xml, "Part").map((part) => textOf(part, "Size"))).toEqual(["1", "2"]);
});
