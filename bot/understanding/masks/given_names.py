"""Common given names of the seven languages, without those that are words too (Rose, Mark, Clara's
cup is a cup): a name in this list, capitalised, is taken for a person's."""

GIVEN = frozenset(
    """
    aafke aart adam adriaan adrian adriana adèle agata agathe agnes agnieszka agustín ahmed
    ahmet aidan aisha aitor alain alan albert alberto albrecht alejandra alejandro aleksander
    aleksandra alessandra alessandro alessia alessio alexander alexandra alexandre alfonso
    alfred alfredo alice alicia alicja aline alison almudena alonso amanda amandine amina amir
    amparo amy amélie ana anaïs andrea andreas andrew andrzej andré andrés andy aneta angela
    anita anja anke anna anne anne-marie annegret anneke annette anouk anthony antje antoine
    antonella antoni antonia antonio arianna arjan arkadiusz arnaud arne arthur artur arturo
    audrey aurélie aurélien axel ayşe barbara bartosz bartłomiej bastien beata beate beatrice
    beatriz begoña benito benjamin benoit benoît bernard bernd bernhard bertrand beth bethany
    birgit bjoern björn bogdan bogusław borja bożena bram brandon brian bridget brigitte britta
    bruce bruno burkhard bärbel bérénice błażej callum cameron camille carlijn carlos carmen
    carol carolina caroline carsten catalina caterina catherine cezary chantal charles charlotte
    chiara chloe christa christelle christian christiane christina christine christoph
    christophe christopher cinzia claire claude claudia claudio clémence clément coen colette
    colin connor coralie corinna corinne cornelia cornelis cristiano cristina cristóbal cynthia
    czesław cécile cédric céline césar daan dagmar damian damien daniel daniela danielle danièle
    danuta daria dario dariusz david davide dawid debora deborah debra delphine denis denise
    dennis derek detlef diana didier diego dieter dietmar dirk dirkje dmitri domenico dominik
    dominique donald donatella donna doris dorota dorothy douglas duncan dylan eberhard eckhard
    edith edoardo eduardo edward edwin edyta eelco eileen eleanor elena eleonora elfriede elif
    elisa elisabetta elizabeth elke ellen els elżbieta emanuele emiel emilia emilio emily emma
    emmanuel emmanuelle emre encarnación enrico enrique enzo eric erica erich erik erika erin
    ernesto ernst esmee esteban esther ethan ettore eugenia eugénie eusebio eva evelyn evert ewa
    ewelina fabien fabio fabrice fabrizio fanny fatih fatima fatma federica federico felipe
    felix femke fenna fernanda fernando filip filippo fiona flavia flavio floor florence florian
    floris frances francesca francesco francisca francisco franziska françois françoise
    friederike friedrich frits fritz frédéric fátima gabriel gabriela gabriele gaetano gareth
    gavin gaël gaëlle geert geneviève geoffrey geoffroy george georges gerald gerardo gerda
    gerhard germán gerrit gertrud ghislaine giacomo giada gianluca gianni gijs gilles gillian
    giorgia giorgio giovanna giovanni gisela giulia giulio giuseppe giuseppina gonzalo gordon
    graham graziella grażyna gregorio gregory greta grete grzegorz gudrun guido guillaume
    guillermo gustavo gérard günter günther halina hanna hannah hanneke hannes hans harald harm
    harold hartmut hassan hatice hedwig heidi heike heiko heiner heinrich heinz helen helga
    hellmut helmut hendrik henk henning henri henrik henry henryk herbert herman hermann hernán
    hervé hilde hildegard holger horst howard hubert hugh hugo héctor hélène ian ibrahim ignacio
    igor ilaria ilona ilse imogen ineke inge ingeborg ingrid inmaculada inès irena irene isaac
    isabel isabella isabelle ivan iván iwona izabela jaap jacek jacob jacopo jacqueline jacques
    jadwiga jaime jake jakub jamie jana jane janet janice janina janneke janusz jarosław jason
    jasper javier jean jean-claude jean-luc jean-marc jean-pierre jeffrey jelle jennifer jens
    jeremy jeroen jerzy jessica jesús jip joachim joan joanna joanne joaquín jochen joel joep
    johan johann johanna johannes joke jolanta jonas joost jorge jorinde joris josefa joseph
    joshua josiane josé joyce joëlle juan juana judith julia julian julie julien juliette julio
    jurgen justin justine justyna jutta jérôme józef jörg jürgen kacper kai kamil kamila karel
    karen karin karl karol karolina karsten katarina katarzyna katherine kathleen kathrin
    kathryn katie katja katrin kazimierz kees keith kelly kenneth kerstin kevin khadija kimberly
    kinga kirsty klaas klaudia klaus koen konrad kristina krystian krystyna krzysztof kyle kévin
    lars laura lauren laurence laurent lawrence laëtitia lea leah leila lena leon leonard leonie
    leslie leszek leticia liam lidia lieke lies lieselotte linda lindsay lionel lisa logan lola
    lorenzo lothar lotte louise loïc luca lucas lucia luciano lucie lucy lucía ludovic ludwig
    luigi luis luisa lukas luke lutz lynn léa léo maaike maarten macarena machteld maciej
    madeleine madison magdalena maike maite maja malcolm malte manfred manolo manon manuel
    manuela marc marcel marcella marcello marcelo marcin marco marcos marcus mareike marek
    margaret margarete margarita margaux margit margriet marguerite maria mariangela marianne
    mariano maribel marie marieke marijke marine mario mariola marion mariusz marjolein marleen
    marlena marlene marlies marta martha martijn martin martina martín maryse maría massimo
    mateusz mathias mathieu mathilde matilde matteo matthew matthias matthijs maud maureen
    mauricio maurizio mauro maxime maximilian małgorzata megan mehmet meike melanie melissa
    menno michael michaela michał michel michela michele michelle mieczysław mieke miguel
    mikołaj milena mireille mirella miriam mirjam mirko mirosław mohamed mohammed molly monica
    monika monique montserrat morgane moritz muhammad murat murielle mustafa mélanie mónica
    nadia nadine nadja nadège nancy naomi natalia natalie natasha nathalie nathan neil nerea
    nicholas nicola nicolas nicole nicoletta nicolás nienke nigel niklas nils nina noelia
    noortje nora norbert noémie nuria odile olaf ole olga oliver olivia olivier oliwia omar
    ornella oscar ottilie pablo paloma pamela paola paolo pascal pascale pasquale patrice
    patricia patrick patrizia patrycja patryk paul paula paulina pauline paweł pedro pepijn
    perrine peter petra philip philipp philippe phoebe phyllis pierluigi pierre pieter pietro
    pim piotr priya przemysław quentin rachel radosław rafael rafał raffaele raffaella rainer
    raj ralf ralph ramón raphaël raquel raymond raymonde raúl rebecca reinhard reinier renata
    renate renato renaud renske ricardo riccardo richard rik rinske rita robert roberta roberto
    robin rocío rodrigo roel roger rolf romain ronald roos rory rosanna rossella ruben rubén
    rudolf russell rutger ruth ruud ryan ryszard régine rémi rémy rüdiger sabine sabrina
    salvatore samantha samuel samuele sander sandra sandrine sanne santiago sara sarah sascha
    saskia sean sebastian serge sergei sergio sharon shaun sheila shirley siebe siegfried
    sieglinde sigrid silke silvana silvia simon simona simone sjoerd sofie sofía solène sonja
    sophie stanisław stanisława stanley stefan stefania stefanie stefano steffen stephanie
    stephen steven stijn stuart stéphane stéphanie susan susana susanne suzan suzanne sven
    svenja svetlana swantje sylvain sylvia sylvie sylwia szymon sébastien sören sławomir tadeusz
    tanguy tanja tatiana terence teresa teun theresa thibault thierry thijmen thijs thomas
    thorsten théo thérèse tijs tim timothy tina tineke tiziana tjeerd tobias tom tomasz tommaso
    tomás torben torsten tracey traudel travis trevor tristan truus tyler udo ulf uli ulrich
    ulrike umberto ursula urszula ute uwe valentin valentina valeria valerie valérie vanessa
    veronika vicente vincent vincenzo virginie vittoria vittorio vivian viviana vladimir volker
    véronique víctor wacław waldemar walter waltraud wanda wendy werner wesley wiebe wiebke
    wiesław wiesława wiktor wiktoria wilfried wilhelm willeke willem william wim wioletta witold
    wojciech wolfgang wouter władysław włodzimierz xavi xavier yann yannick yolanda yusuf yves
    yvette yvonne zachary zbigniew zdzisław zeynep zoe zofia zuzanna álvaro édouard élise élodie
    émilie éric étienne íñigo óscar özlem łucja łukasz
    """.split()
)
