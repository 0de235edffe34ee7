// What the wallet's documents say.
import { DateOnly } from "@owf/mdoc";
import { country } from "./certificates.mjs";

const day = 24 * 60 * 60 * 1000;
/** dayIn returns the day after a number of days as YYYY-MM-DD. */
const dayIn = (days) => new Date(Date.now() + days * day).toISOString().slice(0, 10);
const ages = [13, 14, 15, 16, 18, 21, 25, 60, 65];

/** ageOn returns the age today of a person with a date of birth. */
function ageOf(birthDate) {
  const [today, birth] = [dayIn(0), birthDate];
  return Number(today.slice(0, 4)) - Number(birth.slice(0, 4)) - (today.slice(5) < birth.slice(5) ? 1 : 0);
}

/** person is the holder where a test names nobody else. The issuing country is that of the issuer. */
export const person = {
  family_name: "Lovelace", given_name: "Ada", birth_date: "1990-01-31", document_number: "NL1234567",
  issuing_authority: "Test Authority", sex: 2, nationality: country,
};

const ageElements = (p, at = ages) =>
  Object.fromEntries(at.map((age) => [`age_over_${age}`, ageOf(p.birth_date) >= age]));
const date = (text) => new DateOnly(text);
const portrait = new Uint8Array(Buffer.from("/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==", "base64"));

const dated = () => ({ issue_date: date(dayIn(-400)), expiry_date: date(dayIn(1400)) });

/** mdocs are the mdocs by kind: document type and, for a person, the elements by namespace. */
export const mdocs = {
  mdl: {
    docType: "org.iso.18013.5.1.mDL",
    namespaces: (p) => ({
      "org.iso.18013.5.1": {
        family_name: p.family_name, given_name: p.given_name, birth_date: date(p.birth_date), ...dated(),
        issuing_country: p.issuing_country, issuing_authority: p.issuing_authority,
        document_number: p.document_number, portrait, un_distinguishing_sign: "NL",
        driving_privileges: [{ vehicle_category_code: "B", issue_date: date(dayIn(-400)) }],
        ...ageElements(p),
      },
    }),
  },
  photo_id: {
    docType: "org.iso.23220.photoid.1",
    namespaces: (p) => ({
      "org.iso.23220.1": {
        family_name_unicode: p.family_name, given_name_unicode: p.given_name, birth_date: date(p.birth_date),
        ...dated(), issuing_country: p.issuing_country, issuing_authority_unicode: p.issuing_authority,
        document_number: p.document_number, portrait, sex: p.sex, ...ageElements(p),
      },
      "org.iso.23220.photoid.1": { person_id: "person-1", birth_country: country },
    }),
  },
  pid: {
    docType: "eu.europa.ec.eudi.pid.1",
    namespaces: (p) => ({
      "eu.europa.ec.eudi.pid.1": {
        family_name: p.family_name, given_name: p.given_name, birth_date: date(p.birth_date),
        place_of_birth: { country, locality: "Leiden" }, nationality: [p.nationality], ...dated(),
        issuing_country: p.issuing_country, issuing_authority: p.issuing_authority,
        document_number: p.document_number, ...ageElements(p),
      },
    }),
  },
  age: {
    docType: "eu.europa.ec.av.1",
    namespaces: (p) => ({ "eu.europa.ec.av.1": ageElements(p, [18]) }),
  },
};

/** sdjwts are the SD-JWT VCs by kind: type and, for a person, the claims, each of which can be disclosed alone. */
export const sdjwts = {
  pid_sd_jwt: {
    vct: "urn:eudi:pid:1",
    claims: (p) => ({
      family_name: p.family_name, given_name: p.given_name, birthdate: p.birth_date, nationalities: [p.nationality],
      place_of_birth: { country, locality: "Leiden" }, date_of_issuance: dayIn(-400), date_of_expiry: dayIn(1400),
      issuing_country: p.issuing_country, issuing_authority: p.issuing_authority, document_number: p.document_number,
      age_equal_or_over: Object.fromEntries(ages.map((age) => [age, ageOf(p.birth_date) >= age])),
    }),
  },
};
