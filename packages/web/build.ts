import { build } from "vite";
import { landingConfig } from "./landing.config.ts";
import { LANGUAGES } from "./language.ts";
import { appConfig } from "./vite.config.ts";

// `npm run build` builds the app and the landing page of links in every language, into one folder.
for (const [nth, language] of LANGUAGES.entries()) {
  await build({ ...appConfig(language, { isFirst: nth === 0 }), configFile: false });
  await build({ ...landingConfig(language), configFile: false });
}
