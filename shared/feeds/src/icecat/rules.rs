//! The table of categories, made for the 19,406 products of the Icecat file and inspected on samples of them.
//!
//! The first rule that fits wins, so that the specific stands before the general: a notebook has a modem, a mouse
//! has a cable. A rule fits if one of its alternatives does; `;` stands between alternatives, `&` between conditions
//! that must all hold:
//!
//! - `toner cartridge`: the title, or Icecat's type, has these words (lower case, without punctuation);
//! - `#cable_length`: the product has this attribute;
//! - `!` before either: it does not.

/// The category of what fits no rule.
pub(super) const FALLBACK: &str = "Other products";

/// The rules: the way to the category, and when a product belongs there.
#[rustfmt::skip]
pub(super) const RULES: &[(&str, &[&str])] = &[
    ("Services > Warranties and support", &[
        "warranty; onsite; care pack; #number_of_years & service; installation service; on site; pick up return",
        "next business day; preventive maintenance; maintenance visit; svc; e icard",
    ]),
    ("Services > Software and licences", &["software license; license s; license; software & !#printing_colours"]),
    ("Computers > Notebooks", &[
        "notebook & #processor_model; chromebook & #processor_model",
        "#processor_model & #display_diagonal & #internal_memory & #windows_keys; hybrid 2 in 1",
        "mobile workstation & #processor_model; notebook pc; netbook & !case; ultraportable; notebook & pixels",
    ]),
    ("Computers > Servers and thin clients", &["server & #processor_model & !motherboard; thin client; wyse"]),
    ("Computers > Desktop PCs", &[
        "#processor_model & #internal_memory & pc; #processor_model & #total_storage_capacity & tower",
        "workstation & #processor_model; all in one pc",
        "#processor_model & #total_storage_capacity & windows & !#data_network & !tablet",
    ]),
    ("Displays > Televisions", &["tv & cm & !mount & !stand; lcd tv; smart tv; flat tv"]),
    ("Phones > Phones and watches", &["sim & gb & cm; galaxy & gb & cm; #sim_card_ejector_pin; 4g & gb & mah"]),
    ("Accessories > Tablet and phone cases", &["mobile phone case; tablet case"]),
    ("Photography > Bags, tripods and flashes", &["lens pouch; lens case; camera case"]),
    ("Networking > Patch panels and connectors", &["keystone; patch panel"]),
    ("Components > PC cases", &["computer case & !fan & !part"]),
    ("Components > Motherboards", &["motherboard"]),
    ("Audio > Headphones and headsets", &["headphones & !amplifier; headset & !adapter"]),
    ("Audio > Speakers and home audio", &["dvd player; blu ray player; player & dvd & !cable"]),
    ("Displays > Monitors", &["#response_time & #display_diagonal & !#processor_model & !#hdd_capacity; lcd monitor; computer monitor"]),
    ("Displays > Video splitters and extenders", &["vga video extender; video extender; video wall"]),
    ("Accessories > Keyboards", &[
        "keyboard & !kvm & !switch & !mouse & !case & !cable & !tablet & !#processor_model",
    ]),
    ("Accessories > Mice, pads and webcams", &[
        "mouse & dpi & !#processor_model; mouse & #buttons_quantity; mouse usb",
        "#movement_resolution & !#processor_model & !mat",
    ]),
    ("Toys > Dolls and playsets", &[
        "doll; sylvanian families; playset; toy figure; baby born; baby annabell; action figure; collectible figure",
    ]),
    ("Toys > Puzzles and games", &["jigsaw puzzle; puzzle; board game; board game"]),
    ("Toys > Learning and outdoor toys", &["toy; #recommended_age__min_ & !notebook; kids; scooter"]),
    ("Components > Fans and coolers", &[
        "case fan; cpu cooler; fan & !notebook & !inrow & !rack & !#processor_model & !heater",
        "cooler & !rack & !notebook & !fridge",
    ]),
    ("Printing > Label printers and tapes", &[
        "label making tape; label printer; #tape_width & dymo; labelmanager; labelling tape",
        "#label_type & #label_size; #maximum_label_width; labelwriter & !labels",
    ]),
    ("Printing > Labels", &["self adhesive label; labels; label & !cartridge; #labels_per_pack"]),
    ("Printing > Drums and imaging units", &[
        "printer drum; imaging drum; imaging unit; photoconductor; drum unit; drum original",
        "drum & !kit & !brake & !cable; trommel; imaging kit",
    ]),
    ("Printing > Fusers and maintenance kits", &[
        "printer kit; maintenance kit; fuser; transfer belt; transfer roller; printer belt; printer roller",
        "waste toner; toner collector; cleaning kit & printer; developer unit; printer cleaning; transfer unit",
        "roller kit; feed roller; pick roller; separation pad; roller & !paint; feed unit",
    ]),
    ("Printing > Print heads and ribbons", &[
        "print head; printhead; printer ribbon; fax ribbon; ribbon; correction tape",
    ]),
    ("Printing > Toner cartridges", &[
        "toner cartridge; toner; #black_toner_page_yield; #colour_toner_page_yield; staple cartridge; oki type",
        "#page_yield",
    ]),
    ("Printing > Ink cartridges", &[
        "ink cartridge; ink tank; singlepack; #ink_type; ink; #colour_ink_volume; inkjet cartridge; print cartridge",
        "#printing_colours & cartridge; original & #printing_colours & !#print_quality__black__normal_quality_",
        "original",
    ]),
    ("Printing > Large-format media", &[
        "large format media; plotter paper; #roll_length & paper; roll paper; bond paper; paper roll",
        "designjet & paper; printable textile; canvas & !memory",
        "#core_diameter & !#cladding_diameter & !cable & !#fiber_mode_structure & !multimode",
    ]),
    ("Printing > Photo paper", &["photo paper; glossy paper"]),
    ("Printing > Printing paper", &[
        "printing paper; inkjet paper; #media_weight; #sheets_per_pack; transfer paper",
        "paper & !shredder & !tray & !feeder & !hole & !clip & !cutter & !punch & !trimmer; envelope & !feeder",
    ]),
    ("Printing > Printer trays and parts", &[
        "tray feeder; paper tray; printer scanner spare; printer cabinet stand; duplex unit; output stacker",
        "sheet feeder; print server; finisher; #paper_tray_media_types & !#print_technology; printer memory",
        "printer emulation upgrade; multi bin; staples pack; #supported_media_weight_s_; feeder; sheet feed",
        "500 sheets; language font; adf & !scanner; stapler unit",
    ]),
    ("Printing > Multifunction printers", &[
        "multifunctional; mfp; all in one & printer; #copying & #scanning & !#processor_model",
        "officejet & !cartridge; copier & !toner",
    ]),
    ("Printing > Large-format printers", &["large format printer; designjet & !#printing_colours; plotter"]),
    ("Printing > Laser printers", &[
        "laser printer; laser & dpi; laserjet & !battery & !cable; #print_technology & laser & !mouse",
        "#duplex_printing & #print_technology; #duplex_printing & dpi",
    ]),
    ("Printing > Inkjet and photo printers", &[
        "inkjet printer; photo printer; inkjet; photosmart & !camera; deskjet; printer & dpi & !laser",
    ]),
    ("Printing > Receipt and dot-matrix printers", &[
        "pos printer; dot matrix; bar code; barcode reader; #maximum_printing_width__columns_; epson tm",
        "#sensor_type & laser",
    ]),
    ("Printing > Scanners", &["scanner & !cartridge & !sensor; scanjet; #scanner_type & !#print_technology"]),
    ("Storage > Hard drives and SSDs", &[
        "ssd & !#processor_model & !notebook & !#display_diagonal & !server; solid state drive",
        "#ssd_form_factor & !#processor_model; hard drive",
        "hdd & !notebook & !#processor_model & !#display_diagonal & !enclosure & !caddy & !adapter & !intel",
        "#hdd_size & !#processor_model & !enclosure; storage drive enclosure; mobile rack; barracuda",
    ]),
    ("Storage > USB sticks", &["usb flash drive; flash drive; memory stick & usb; stick; #capacity & #usb_version"]),
    ("Storage > Memory cards and readers", &[
        "memory card; sd card; card reader & !notebook & !#processor_model; compactflash; #flash_card_type",
        "flash & mb",
    ]),
    ("Office > Calculators and machines", &[
        "calculator; fax machine; fax & !modem & !toner & !card; laminator; paper cutter; binder & !#ink_type",
        "hole punch",
    ]),
    ("Office > Stationery and filing", &[
        "file storage; report cover; storage box; folder; lever arch; index; negative storage page; storage drawer",
        "pen & !drive & !touch; pencil; whiteboard; board accessory; stapler; staples; glue",
        "adhesive & !label & !mount; writing notebook; clip & !cable & !mount; photo pockets; sticker",
    ]),
    ("Office > Furniture and ergonomics", &[
        "foot rest; footrest; wrist rest; chair",
        "desk & !mount & !top & !board & !phone & !stand & !mouse & !desktop; multimedia cart; cpu holder",
        "copyholder; document holder; back rest; table & !tablet",
    ]),
    ("Power > Uninterruptible power supplies", &[
        "uninterruptible power supply; ups & !battery & !cable & !card & !accessory & !rack",
        "#typical_backup_time_at_full_load; smart ups; symmetra & !module & !battery; bypass",
    ]),
    ("Power > UPS batteries and accessories", &[
        "ups battery; replacement battery cartridge; battery cartridge; ups; battery cabinet; symmetra",
        "transfer switch; sealed lead acid",
    ]),
    ("Power > Power distribution units", &["power distribution unit; pdu; power distribution; remote power"]),
    ("Power > Surge protectors and power strips", &[
        "surge protector; power extension; power strip; surge; ac outlet; socket outlet; line conditioner; outlets",
    ]),
    ("Power > Chargers and adapters", &[
        "power adapter inverter; ac adapter; power adapter; inverter; power plug adapter; charger; power bank",
        "charging station; charging; #charger_type",
    ]),
    ("Power > Batteries", &[
        "single use battery; alkaline; rechargeable battery & !notebook; household battery; aaa; button cell",
        "nickel metal; lithium battery; cr2032; notebook battery; laptop battery; camera battery; battery",
        "lithium ion; #battery_capacity & #battery_voltage & !#display_diagonal",
    ]),
    ("Power > PC power supplies", &["power supply unit; power supply; psu; #atx_power_connector__24_pin_"]),
    ("Power > Power cables", &[
        "power cable; power cord; c13; c14; nema; iec309; iec 309; cord & apc; power y cable; internal power",
        "power & #cable_length",
    ]),
    ("Displays > Screen protectors and privacy filters", &["privacy filter; screen protector; display privacy"]),
    ("Networking > Fibre-optic cables", &[
        "fibre optic; fiber optic; fiber patch; fibre patch; multimode; singlemode & !media; infiniband",
    ]),
    ("Cables > Serial, parallel and storage cables", &[
        "null modem; serial cable; db9; db25; db9m; db9f; db25m; rs232",
    ]),
    ("Networking > Routers and wireless", &["antenna"]),
    ("Networking > KVM switches and cables", &["kvm cable; kvm & #cable_length"]),
    ("Displays > Video splitters and extenders", &[
        "video switch; video splitter; hdmi splitter; av extender; av transmitter",
    ]),
    ("Networking > Network cables", &[
        "networking cable; patch cable; patch cord; utp; cat5e; cat6; cat 5e; cat6a; ethernet cable",
        "#cable_standard; crossover; s ftp; cat5; cat 6; stp",
    ]),
    ("Networking > Transceivers and media converters", &[
        "transceiver; sfp; media converter; xfp; media converters; media conv; network extender; network repeater",
    ]),
    ("Networking > KVM switches and cables", &["kvm switch; kvm & !cable; terminal server"]),
    ("Networking > Network switches", &[
        "network switch; switch & #basic_switching_rj_45_ethernet_ports_quantity; unmanaged; managed",
        "#mac_address_table; switch & ports; network equipment chassis",
        "switch & !kvm & !video & !hdmi & !box & !vga & !usb",
    ]),
    ("Networking > Routers and wireless", &[
        "router; adsl; dsl; isdn; vdsl2; modem & !cable & !null",
        "#modem_speed & !#processor_model & !#print_technology; gateway; access point; wlan; antenna; powerline",
        "wireless lan; mesh; bluetooth & adapter; wireless & adapter; #2_4_ghz; #wi_fi_band & !#processor_model",
    ]),
    ("Networking > Network cards and adapters", &[
        "networking card; network card; ethernet adapter; network interface; #ethernet_interface_type",
        "network adapter; jetdirect",
    ]),
    ("Networking > Patch panels and connectors", &[
        "patch panel; wire connector; keystone; rj45; rj 45; wall plate; rj 11; network splitter; cable tester",
        "telephone; rj 12; faceplate; modulaire; jack & !audio; cable tester; rj11",
    ]),
    ("Networking > Racks and cabinets", &[
        "rack cabinet; netshelter; freestanding rack; wall mounted rack; rack & !#processor_model & !#storage",
        "cabinet; #rack_capacity; 42u; blanking panel; shelf & !book; rackmount; smartrack; baying",
        "cable containment; vertical cable",
    ]),
    ("Networking > Environment monitoring and cooling", &[
        "netbotz; temperature sensor; sensor; hardware cooling; inrow; humidity; acs; air distribution; cdu; fluid",
        "flex pipe; isolation valve",
    ]),
    ("Cables > Video cables", &[
        "hdmi cable; vga cable; dvi cable; displayport cable; video cable; monitor cable; hdmi & cable",
        "dvi d & !adapter; vga & cable; displayport & cable; s video; coaxial cable; component video",
        "vga d sub & !adapter & #cable_length; svga; scart; coax; dvi & #cable_length; displayport & #cable_length",
        "dvi & connector; hdmi & #connector_1",
    ]),
    ("Cables > Audio cables", &[
        "audio cable; 3 5mm & cable; rca & cable; toslink; audio & #cable_length; xlr; rca; y cable; stereo",
    ]),
    ("Cables > USB and FireWire cables", &[
        "usb cable; usb & #cable_length & !hub; firewire cable; firewire & #cable_length; firewire; usb & cable",
        "usb b; ieee 1394",
    ]),
    ("Networking > KVM switches and cables", &["kvm cable; ps 2 cable; ps 2 & #cable_length"]),
    ("Cables > Serial, parallel and storage cables", &[
        "serial cable; parallel cable; db9; db25; serial ata; sata cable; scsi cable; scsi; ide & cable",
        "serial & cable; sata & #cable_length; sas & #cable_length; printer cable; null modem; db 25; rs 232; ide",
        "floppy cable; centronics; serial adapter; serial port; rs232; esata; relay",
    ]),
    ("Cables > Cable management and accessories", &[
        "cable tie; cable management; cable organizer; cable lock; cable protector; cable clamp; raceway; wiring",
        "crimping",
    ]),
    ("Cables > Adapters and other cables", &[
        "adapter & #connector_1; adapter & #connector_gender; gender changer; gender adapter; coupler",
        "adapter & usb & !bluetooth & !wireless",
    ]),
    ("Components > Processors", &[
        "",
        "processor & #processor_socket & !#display_diagonal & !#maximum_graphics_adapter_memory & !#hdd_capacity & !motherboard & !server & !#storage_media",
        "#processor_codename & box; processor & box; xeon & processor & !ddr & !#display; cpu; processor",
    ]),
    ("Components > Motherboards", &["motherboard; #motherboard_chipset & !#display_diagonal & !#storage_media"]),
    ("Components > Memory modules", &[
        "memory module; #cas_latency; dimm; sdram & !ghz & !#processor_model & !#display_diagonal",
        "#memory_form_factor & !#processor_model; dram; mb memory",
        "memory & #internal_memory_type & !#processor_model; phaser memory",
    ]),
    ("Components > Graphics cards", &[
        "graphics card; geforce & !notebook & !#processor_model; radeon & !notebook & !#processor_model",
        "gddr & !#processor_model; quadro & !notebook & !#processor_model; #cuda & !#processor_model",
    ]),
    ("Components > PC cases", &[
        "computer case; midi tower; mini tower & !ghz & !#processor_model; drive bay; hdd enclosure & !usb",
        "#chassis_type & !#processor_model",
    ]),
    ("Components > Fans and coolers", &[
        "fan; cooler; heat sink; #airflow; liquid cooling; thermal paste; heatsink; cooling",
    ]),
    ("Components > Expansion cards", &[
        "sound card; audio card; video capturing; interface cards adapter; raid controller; controller card",
        "pci & card; slot expander; pci express",
    ]),
    ("Storage > Hard drives and SSDs", &["nas; storage server; raid"]),
    ("Storage > Optical drives", &["optical disc drive; #dvd_write_speed; dvd rom"]),
    ("Storage > Discs and tapes", &[
        "cd r; dvd r; cd rw; dvd rw; bd r; blank cd; blu ray disc; spindle; bd re; diskette; dvd",
        "#recording_time & #native_capacity; #cd_storage_capacity; #recording_time; case & discs; discs",
        "data cartridge; lto; #tape_type; cleaning media; cleaning cartridge; tape; #compressed_capacity",
        "#tape_size",
    ]),
    ("Computers > Notebooks", &[
        "notebook pc; netbook; elitebook; hybrid 2 in 1; ultraportable; mobile workstation",
        "notebook & #processor_model; notebook & hp & !spare & !accessory",
    ]),
    ("Computers > Tablets", &[
        "",
        "tablet & !case & !holder & !stand & !sleeve & !mount & !pen & !graphic & !screen & !cover & !bag & !battery & !security",
        "handheld mobile computer; pocket pc; ipaq; e book reader",
    ]),
    ("Computers > Desktop PCs", &["all in one pc; all in one & ghz"]),
    ("Computers > Servers and thin clients", &["proliant; poweredge; blade; thin client; wyse"]),
    ("Computers > Desktop PCs", &[
        "workstation & !stand & !mount; usdt; desktop & pc; microtower; minitower pc; small form factor",
    ]),
    ("Displays > Monitor and TV mounts", &[
        "flat panel desk mount; desk mount; wall mount; ceiling mount; flat screen; mounting kit",
        "#panel_mounting_interface & !#response_time & !#aspect_ratio",
        "mount & !camera & !rack & !car & !#processor_model; flat panel; monitor arm; monitor stand; tv cart; chief",
        "desk stand; adjustable stand; ceiling bracket; ergotron",
    ]),
    ("Displays > Projectors and screens", &[
        "projector & !lamp & !screen & !bag & !case & !mount; #projector_brightness; projector lamp",
        "projection screen; #bulb_power & lamp; projection; projector",
    ]),
    ("Displays > Monitors", &[
        "computer monitor; lcd monitor; monitor & cm; #response_time & #display_diagonal & !#processor_model & !tv",
        "touch screen monitor; monitor & !baby & !cable & !arm & !stand & !blood",
    ]),
    ("Displays > Televisions", &["lcd tv; plasma; smart tv"]),
    ("Displays > Video splitters and extenders", &[
        "video splitter; av extender; video switch; av transmitter; av repeater; video extender; extender & vga",
        "video converter; hdmi splitter; converter & vga; converter & hdmi; tv converter; triplehead2go",
        "dualhead2go",
    ]),
    ("Accessories > Notebook bags and cases", &[
        "notebook case; laptop case; laptop bag; backpack; briefcase & !binder; notebook sleeve; sleeve case",
        "#maximum_screen_size_compatibility & !stand & !privacy & !dock & !cooler; messenger case",
    ]),
    ("Accessories > Docks, stands and locks", &[
        "docking station; port replicator; notebook stand; dock & !iphone & !ipod & !camera; notebook stand",
        "laptop stand; tablet stand; riser; docking & !speaker & !entertainment",
    ]),
    ("Accessories > Tablet and phone cases", &[
        "mobile phone case; tablet case; peripheral device case; mp3 mp4 player case; equipment case; holster",
        "case & !tower & !atx; handheld device accessory",
    ]),
    ("Accessories > Keyboards", &["#keyboard_layout & !#processor_model & !mouse; keypad; keyboard"]),
    ("Accessories > Mice, pads and webcams", &[
        "mouse & !cable & !pad & !mat; trackball; presenter; touchpad & !#processor_model; input device accessory",
        "mouse pad; mouse mat; cleaning; equipment cleansing; dust; mousepad; webcam",
    ]),
    ("Accessories > USB hubs and adapters", &["usb hub; hub; usb to; usb & converter; usb"]),
    ("Accessories > Docks, stands and locks", &[
        "notebook spare part; notebook accessory; lock; anchor; security kit; docking & !speaker & !entertainment",
    ]),
    ("Accessories > Game controllers and consoles", &[
        "joystick; console & game; xbox; playstation; steering wheel; psp; flight",
    ]),
    ("Audio > Headphones and headsets", &["headphones; headset; headphone"]),
    ("Audio > Speakers and home audio", &[
        "loudspeaker; speaker; speakers; #driver_unit & !headphones; #speaker_placement",
        "#number_of_speakers & #rms_rated_power; cushionspeaker; #tweeter",
    ]),
    ("Audio > MP3 players and recorders", &[
        "mp3 player; mp4 player; ipod; digital media player; cassette player; gogear; cassette",
        "portable video player; video player",
    ]),
    ("Audio > Speakers and home audio", &[
        "radio & !#modem & !alarm system; home audio; cd player; hi fi; receiver & !wireless; turntable",
        "home cinema; microphone; alarm clock; remote control; audio & !cable & !usb; universal remote",
        "remote control; #remote_control_type",
    ]),
    ("Photography > Cameras and binoculars", &[
        "digital camera; camcorder; slr; compact camera; #optical_zoom; digital photo frame; photoframe",
    ]),
    ("Photography > Lenses and filters", &[
        "camera lens; lens & !cleaning & !cap & !display; lens cap; camera filter; #filter_size",
        "#compatible_lens_diameter; ew & canon; et & canon; es & canon",
    ]),
    ("Photography > Bags, tripods and flashes", &[
        "camera case; tripod; camera flash; speedlite; camera & accessory; camera kit; underwater camera",
        "camera cable; camera; film; eyecup; eyepiece; neck strap; strap; lcj; lens case",
    ]),
    ("Photography > Cameras and binoculars", &[
        "binocular; binoculars; telescope; #magnification & !lens; access control; photoframe",
    ]),
    ("Phones > Phones and watches", &[
        "smartphone; #sim_card_ejector_pin; 4g & gb & mah; dect; #caller_id; phone & !case & !cable & !mobile",
    ]),
    ("Phones > Phone accessories", &["holder; iphone; galaxy"]),
    ("Phones > Phones and watches", &["smartwatch; navigator; #gps__satellite_ & !#data_network; activity tracker"]),
    ("Home > Coffee and kitchen", &[
        "coffee; espresso; kettle; toaster; blender; mixer; juicer; microwave; refrigerator; fridge; cooker; oven",
        "hob; grill; fryer; dishwasher; kitchen; bread maker; water filter; senseo; pan; waffle; knife; hood; maker",
        "grinder; fountain; wonder chef; water filter; tap purifier; #dishwasher_proof; #easy_to_clean; milk",
        "#number_of_ovens; brita",
    ]),
    ("Home > Cleaning and climate", &[
        "vacuum cleaner; vacuum; steam iron; iron; washing machine; steam ironing station; garment steamer; washer",
        "ironing; steam generator; exhaust filter; front load",
    ]),
    ("Home > Personal care and baby", &[
        "shaver; toothbrush; hair dryer; hair clipper; epilator; hair trimmer; beard trimmer; scale & personal",
        "hair; precision trimmer; thermometer; oral; hot air brush; body; shaving; sonicare; trimmer; razor",
        "#shaver_system; baby; ladyshave; depilation",
    ]),
    ("Home > Lighting", &["lamp & !projector; bulb; flashlight; lighting; halogen"]),
    ("Home > Tools, travel and leisure", &[
        "screwdriver; tool; screw; ladder; tweezers; bicycle; travel; jacket; shoe; car & !card",
    ]),
    ("Cables > Adapters and other cables", &[
        "adapter & #connector_1; cable splitter; adapter & #connector_gender; coupler; cable; #connector_1",
        "#connector_gender; adapter; #cable_length",
    ]),
];
