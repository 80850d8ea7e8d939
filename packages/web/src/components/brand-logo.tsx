const brand = document.querySelector<HTMLMetaElement>('meta[name="brand"]');

/**
 * Shows the logo beside the name of the service. Screen readers read only the name, so the logo has no text. If the operator has set a name
 * for the service, the logo of Valet Key never appears.
 */
export function BrandLogo({ className }: { className: string }) {
  const src = brand === null ? "/icon.svg" : brand.dataset.logo;
  return src === undefined ? undefined : <img src={src} alt="" className={className} />;
}
