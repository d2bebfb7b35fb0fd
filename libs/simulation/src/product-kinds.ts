/** A kind of product: its materials and its median price. */
export interface ProductKind {
  noun: string;
  /** Prefix of the skus. */
  code: string;
  /** In euro cents. */
  medianPrice: number;
  materials: readonly string[];
}

const METALS = ['Aluminium', 'Steel', 'Titanium'] as const;
const TEXTILES = ['Cotton', 'Linen', 'Wool'] as const;
const WOODS = ['Oak', 'Walnut', 'Bamboo'] as const;

/** The kinds of products that the shop sells. */
export const PRODUCT_KINDS: readonly ProductKind[] = [
  { noun: 'Keyboard', code: 'KEY', medianPrice: 7_900, materials: [...METALS, 'Bamboo'] },
  { noun: 'Mouse', code: 'MOU', medianPrice: 3_900, materials: ['Wireless', 'Aluminium', 'Silent'] },
  { noun: 'Monitor', code: 'MON', medianPrice: 24_900, materials: ['Curved', 'Ultrawide', 'Aluminium'] },
  { noun: 'Laptop', code: 'LAP', medianPrice: 99_900, materials: METALS },
  { noun: 'Headphones', code: 'HEA', medianPrice: 12_900, materials: ['Wireless', 'Leather', 'Aluminium'] },
  { noun: 'Speaker', code: 'SPE', medianPrice: 8_900, materials: [...WOODS, 'Wireless'] },
  { noun: 'Chair', code: 'CHA', medianPrice: 15_900, materials: [...WOODS, 'Leather', 'Steel'] },
  { noun: 'Table', code: 'TAB', medianPrice: 27_900, materials: [...WOODS, 'Glass', 'Marble'] },
  { noun: 'Shelf', code: 'SHE', medianPrice: 8_900, materials: [...WOODS, 'Steel'] },
  { noun: 'Lamp', code: 'LAM', medianPrice: 4_900, materials: [...WOODS, 'Brass', 'Glass'] },
  { noun: 'Mug', code: 'MUG', medianPrice: 1_200, materials: ['Ceramic', 'Porcelain', 'Enamel'] },
  { noun: 'Pan', code: 'PAN', medianPrice: 4_500, materials: ['Copper', 'Cast-Iron', 'Steel'] },
  { noun: 'Knife', code: 'KNI', medianPrice: 6_900, materials: ['Steel', 'Ceramic', 'Damask'] },
  { noun: 'Kettle', code: 'KET', medianPrice: 3_900, materials: ['Copper', 'Glass', 'Steel'] },
  { noun: 'Backpack', code: 'BAC', medianPrice: 7_900, materials: ['Canvas', 'Leather', 'Nylon'] },
  { noun: 'Shirt', code: 'SHI', medianPrice: 2_900, materials: TEXTILES },
  { noun: 'Jacket', code: 'JAC', medianPrice: 11_900, materials: [...TEXTILES, 'Denim', 'Leather'] },
  { noun: 'Shoes', code: 'SHO', medianPrice: 8_900, materials: ['Canvas', 'Leather', 'Suede'] },
  { noun: 'Hat', code: 'HAT', medianPrice: 2_500, materials: [...TEXTILES, 'Felt', 'Straw'] },
  { noun: 'Gloves', code: 'GLO', medianPrice: 1_900, materials: ['Leather', 'Wool', 'Fleece'] },
  { noun: 'Towel', code: 'TOW', medianPrice: 1_500, materials: ['Bamboo', 'Cotton', 'Linen'] },
  { noun: 'Blanket', code: 'BLA', medianPrice: 4_900, materials: [...TEXTILES, 'Fleece'] },
  { noun: 'Bicycle', code: 'BIC', medianPrice: 59_900, materials: [...METALS, 'Carbon'] },
  { noun: 'Football', code: 'FOO', medianPrice: 2_400, materials: ['Leather', 'Rubber', 'Microfibre'] },
];
