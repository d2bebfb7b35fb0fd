import {
  checked,
  fedexCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  postal,
  shaped,
  type TrackingNumber,
  upsCheckDigit,
} from './tracking-number.js';
import { Weighted } from './weighted.js';

/** Someone who delivers. */
export interface Carrier {
  name: string;
  trackingNumber: TrackingNumber;
  minDays: number;
  maxDays: number;
}

const BRT = carrier('BRT', shaped('###############'), 1, 3);
const CHRONOPOST = carrier('Chronopost', postal('XY', 'FR'), 1, 2);
const COLISSIMO = carrier('Colissimo', shaped('6A###########'), 2, 4);
const CORREOS = carrier('Correos', postal('CP', 'ES'), 2, 5);
const DHL = carrier('DHL', checked('00340434###########', gs1CheckDigit), 1, 3);
const DHL_EXPRESS = carrier('DHL Express', checked('#########', mod7CheckDigit), 2, 5);
const DPD = carrier('DPD', shaped('0#############'), 1, 3);
const EVRI = carrier('Evri', shaped('T##???##########'), 2, 5);
const FEDEX = carrier('FedEx', checked('###########', fedexCheckDigit), 2, 4);
const GLS = carrier('GLS', shaped('###########'), 1, 3);
const HERMES = carrier('Hermes', shaped('H1000###############'), 2, 4);
const INPOST = carrier('InPost', shaped('6#######################'), 1, 2);
const JAPAN_POST = carrier('Japan Post', checked('###########', mod7CheckDigit), 1, 3);
const POSTNL = carrier('PostNL', shaped('3S????#########'), 1, 2);
const POSTNORD = carrier('PostNord', postal('CP', 'SE'), 2, 4);
const POSTE_ITALIANE = carrier('Poste Italiane', postal('CP', 'IT'), 2, 5);
const ROYAL_MAIL = carrier('Royal Mail', postal('TT', 'GB'), 1, 3);
const SAGAWA = carrier('Sagawa', checked('###########', mod7CheckDigit), 1, 2);
const SEUR = carrier('SEUR', shaped('##############'), 1, 3);
const UPS = carrier('UPS', checked('###?##03#######', upsCheckDigit, '1Z'), 1, 4);
const USPS = carrier('USPS', checked('94001################', gs1CheckDigit), 2, 5);
const YAMATO = carrier('Yamato', checked('###########', mod7CheckDigit), 1, 2);

/** Who delivers to a country, as often as the weights say. */
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

/** Who delivers to this country (ISO 3166-1 alpha-2). */
export function carriersFor(country: string): Weighted<Carrier> {
  return BY_COUNTRY.get(country) ?? EVERYWHERE_ELSE;
}

function carrier(name: string, trackingNumber: TrackingNumber, minDays: number, maxDays: number): Carrier {
  return { name, trackingNumber, minDays, maxDays };
}

function carriers(...shares: [Carrier, number][]): Weighted<Carrier> {
  return new Weighted(shares);
}
