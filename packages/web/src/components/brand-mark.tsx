import { brandName } from "../texts/brand-name.ts";

const brand = document.querySelector<HTMLMetaElement>('meta[name="brand"]');

/** Shows the logo and the name of the service above a form. A service with its own name never shows the logo of Valet Key. */
export function BrandMark() {
  if (brand === null) return <img src="/icon.svg" alt={brandName} width={40} height={40} />;
  return (
    <>
      <BrandLogo className="h-10 max-w-60 object-contain" />
      <p dir="auto" className="break-words font-semibold">
        {brandName}
      </p>
    </>
  );
}

/** Shows the logo beside the name. Screen readers read only the name, so the logo has no text. */
export function BrandLogo({ className }: { className: string }) {
  const src = brand === null ? "/icon.svg" : brand.dataset.logo;
  return src === undefined ? undefined : <img src={src} alt="" className={className} />;
}
