"""What the people of the sample company write about: folders, names, subjects, sentences. Data only."""

from __future__ import annotations

FOLDERS: list[tuple[tuple[str, ...], float]] = [
    (("INBOX",), 40),
    (("Sent",), 18),
    (("Drafts",), 1.5),
    (("Trash",), 3),
    (("Junk",), 2),
    (("Archive",), 2),
    (("Archive", "2019"), 3),
    (("Archive", "2021"), 3),
    (("Wateja",), 2),
    (("Wateja", "Mkoa wa Pwani"), 3),
    (("Wateja", "Mkoa wa Pwani", "Wateja wapya – Ng'ombe"), 1),
    (("Ankara & Malipo",), 3),
    (("فواتير",), 2),
    (("فواتير", "مومباسا ٢٠٢٤"), 1.5),
    (("供应商",), 2),
    (("供应商", "广州 茶叶"), 1.5),
    (("Projects",), 1),
    (("Projects", "Tea & Coffee"), 1.5),
    (("Projects", "Tea & Coffee", "Phase 2"), 1),
    (("Réunions",), 1),
]

KEYWORDS = (("$Forwarded", 0.05), ("Invoice", 0.04), ("$Label1", 0.04), ("Muhimu", 0.03))

CONTACTS = [
    ("Wanjiku Kamau", "wanjiku@example.org"),
    ("Otieno Odhiambo", "otieno.odhiambo@example.net"),
    ("Fatuma Ali", "fatuma@pwani.example"),
    ("عمر سعيد", "omar@gulf.example"),
    ("李伟", "li.wei@guangzhou.example"),
    ("Zoë Müller", "zoe.mueller@example.com"),
    ("Njeri Mwangi", "njeri@example.co.ke"),
    ("Accounts", "accounts@example.org"),
    ("Kenya Tea Brokers", "desk@brokers.example"),
    ("Baraka Freight", "ops@baraka.example"),
]

MAILERS = ("Microsoft Outlook 16.0", "Apple Mail (2.3696)", "iPhone Mail (20G81)", "Thunderbird 115.6")

GOODS = ("Tamarind 25 kg", "Black tea BP1", "Arabica AA", "Cashew W320", "Macadamia", "Chai masala", "Hibiscus", "Sesame")

GREETINGS = {
    "en": ("Hello,", "Kind regards,"),
    "sw": ("Habari,", "Asante sana,"),
    "ar": ("السلام عليكم،", "مع التحية،"),
    "zh": ("您好：", "此致"),
}

SUBJECTS = {
    "en": [
        "Invoice {n}",
        "Order {n} confirmed",
        "Stock count, week {n}",
        "Delivery to Mombasa, container {n}",
        "Minutes of the meeting",
        "Price list {year}",
        "Lunch on Thursday?",
        "Question about LPO {n}",
        "Statement of account {year}",
        "Leave request",
    ],
    "sw": [
        "Ankara namba {n}",
        "Mkutano wa kesho asubuhi",
        "Bei mpya za chai {year}",
        "Malipo ya mwezi",
        "Mzigo umefika bandarini",
        "Ombi la likizo",
        "Hesabu ya bidhaa ghalani",
    ],
    "ar": ["فاتورة رقم {n}", "موعد التسليم في مومباسا", "قائمة الأسعار {year}", "طلب جديد"],
    "zh": ["发票 {n}", "关于茶叶订单 {n}", "{year} 年报价单", "到货通知"],
}

SENTENCES = {
    "en": [
        "The lorry leaves Nairobi at six and should reach you before dark.",
        "Please find the figures for last month below.",
        "We are still waiting for the signed copy.",
        "Could you check the weight on line four?",
        "The bank has confirmed the transfer this morning.",
        "I will be in Mombasa until Friday.",
        "The second container was opened by customs, nothing is missing.",
        "Let us keep the old price for orders placed before the first.",
        "Amina will take over while I am away.",
        "Thank you for sorting this out so quickly.",
        "The samples were good, the packaging was not.",
        "Please keep this letter for the auditor.",
    ],
    "sw": [
        "Lori litaondoka Nairobi saa kumi na mbili asubuhi.",
        "Tafadhali angalia hesabu za mwezi uliopita.",
        "Bado tunasubiri nakala iliyotiwa sahihi.",
        "Benki imethibitisha malipo leo asubuhi.",
        "Nitakuwa Mombasa hadi Ijumaa.",
        "Bei ya zamani itabaki kwa maagizo ya kabla ya tarehe moja.",
        "Sampuli zilikuwa nzuri, lakini vifungashio havikuwa imara.",
        "Asante kwa kutusaidia haraka.",
    ],
    "ar": [
        "ستصل الشحنة إلى الميناء يوم الخميس.",
        "نرجو تأكيد الكمية قبل نهاية الأسبوع.",
        "تم تحويل المبلغ هذا الصباح.",
        "مرفق طيه كشف الحساب.",
    ],
    "zh": [
        "货物将于周四到达港口。",
        "请确认第四项的重量。",
        "款项今天上午已经汇出。",
        "样品质量很好，包装需要改进。",
    ],
}
