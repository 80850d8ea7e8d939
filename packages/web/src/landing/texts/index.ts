/** Every text of the landing page. The build for another language replaces `en` (language.ts beside the Vite configurations). */
export { texts } from "./en.ts";
