import { selectImage } from "./selection.ts";

/** At the start of a test run, prints whether the run tests the image. */
export default function announce(): void {
  console.log(selectImage(process.env).line);
}
