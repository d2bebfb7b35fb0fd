import {
  withCheckDigit,
  fedexCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  postal,
  patterned,
  type TrackingNumber,
  upsCheckDigit,
} from './tracking-number.js';
import { Weighted } from './weighted.js';

/** A company that delivers parcels. */
export interface Carrier {
  name: string;
  trackingNumber: TrackingNumber;
  minDays: number;
  maxDays: number;
}

const BRT = carrier('BRT', patterned('###############'), 1, 3);
const CHRONOPOST = carrier('Chronopost', postal('XY', 'FR'), 1, 2);
const COLISSIMO = carrier('Colissimo', patterned('6A###########'), 2, 4);
const CORREOS = carrier('Correos', postal('CP', 'ES'), 2, 5);
const DHL = carrier('DHL', withCheckDigit('00340434###########', gs1CheckDigit), 1, 3);
const DHL_EXPRESS = carrier('DHL Express', withCheckDigit('#########', mod7CheckDigit), 2, 5);
const DPD = carrier('DPD', patterned('0#############'), 1, 3);
const EVRI = carrier('Evri', patterned('T##???##########'), 2, 5);
const FEDEX = carrier('FedEx', withCheckDigit('###########', fedexCheckDigit), 2, 4);
const GLS = carrier('GLS', patterned('###########'), 1, 3);
const HERMES = carrier('Hermes', patterned('H1000###############'), 2, 4);
const INPOST = carrier('InPost', patterned('6#######################'), 1, 2);
const JAPAN_POST = carrier('Japan Post', withCheckDigit('###########', mod7CheckDigit), 1, 3);
const POSTNL = carrier('PostNL', patterned('3S????#########'), 1, 2);
const POSTNORD = carrier('PostNord', postal('CP', 'SE'), 2, 4);
const POSTE_ITALIANE = carrier('Poste Italiane', postal('CP', 'IT'), 2, 5);
const ROYAL_MAIL = carrier('Royal Mail', postal('TT', 'GB'), 1, 3);
const SAGAWA = carrier('Sagawa', withCheckDigit('###########', mod7CheckDigit), 1, 2);
const SEUR = carrier('SEUR', patterned('##############'), 1, 3);
const UPS = carrier('UPS', withCheckDigit('###?##03#######', upsCheckDigit, '1Z'), 1, 4);
const USPS = carrier('USPS', withCheckDigit('94001################', gs1CheckDigit), 2, 5);
const YAMATO = carrier('Yamato', withCheckDigit('###########', mod7CheckDigit), 1, 2);

/** The carriers of each country, with their shares. */
const BY_COUNTRY: ReadonlyMap<string, Weighted<Carrier>> = new Map([
  ['DE', carriers([DHL, 50], [DPD, 16], [HERMES, 14], [GLS, 10], [UPS, 10])],
  ['ES', carriers([CORREOS, 45], [SEUR, 30], [GLS, 15], [DHL_EXPRESS, 10])],
  ['FR', carriers([COLISSIMO, 55], [CHRONOPOST, 20], [DPD, 15], [GLS, 10])],
  ['GB', carriers([ROYAL_MAIL, 45], [EVRI, 25], [DPD, 20], [UPS, 10])],
  ['IT', carriers([POSTE_ITALIANE, 40], [BRT, 35], [GLS, 15], [DHL_EXPRESS, 10])],
  ['JP', carriers([YAMATO, 50], [SAGAWA, 30], [JAPAN_POST, 20])],
  ['NL', carriers([POSTNL, 65], [DHL_EXPRESS, 20], [DPD, 15])],
  ['PL', carriers([INPOST, 55], [DPD, 30], [GLS, 15])],
  ['SE', carriers([POSTNORD, 65], [DHL_EXPRESS, 20], [UPS, 15])],
  ['US', carriers([UPS, 35], [USPS, 35], [FEDEX, 30])],
]);

const EVERYWHERE_ELSE = carriers([DHL_EXPRESS, 40], [UPS, 30], [FEDEX, 30]);

/** The carriers of a country (ISO 3166-1 alpha-2). */
export function carriersFor(country: string): Weighted<Carrier> {
  return BY_COUNTRY.get(country) ?? EVERYWHERE_ELSE;
}

function carrier(name: string, trackingNumber: TrackingNumber, minDays: number, maxDays: number): Carrier {
  return { name, trackingNumber, minDays, maxDays };
}

function carriers(...shares: [Carrier, number][]): Weighted<Carrier> {
  return new Weighted(shares);
}
